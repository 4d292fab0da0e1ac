package page

import (
	"context"
	"fmt"
	"net/http"
	"path"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/exchange"
	"egovctl/platform/web"
)

// ManagePage is what templates/portals/procedures/manage.html is given.
type ManagePage struct {
	SearchPage
	Form   web.Form
	Report *exchange.Report // what an uploaded sheet did, nil when none was
	DryRun bool
}

// manage answers GET /quan-tri/thu-tuc: the search over all procedures, announced or not, and the sheet in and out.
func (d desk) manage(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	found, status, err := d.look(r, false)
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, status, "procedures/manage", ManagePage{SearchPage: found, Form: web.NewForm()})
}

// only lets in who administers the catalogue: the route's roles are not enough, an agency's administrator has no part in it.
func (d desk) only(r *http.Request) error {
	may, err := d.office.Administers(r.Context(), web.PrincipalOf(r.Context()))
	if err == nil && !may {
		return fault.New(fault.Forbidden, "forbidden")
	}
	return err
}

// keeps narrows the line in the navigation to those whom the page lets in.
func (d desk) keeps(ctx context.Context, p who.Principal) bool {
	may, err := d.office.Administers(ctx, p)
	return err == nil && may
}

// upload answers POST /quan-tri/thu-tuc: a sheet, tried or stored.
func (d desk) upload(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	found, _, err := d.look(r, false)
	if err != nil {
		return err
	}
	p := ManagePage{SearchPage: found, DryRun: !form.Has("store")}
	status := http.StatusOK
	if err := d.read(r, form, &p); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		form.Fail("sheet", err)
		status = http.StatusBadRequest
	}
	p.Form = form
	return d.pages.Render(w, r, status, "procedures/manage", p)
}

func (d desk) read(r *http.Request, form web.Form, p *ManagePage) error {
	files := form.Files("sheet")
	if len(files) != 1 {
		return fault.New(fault.Invalid, "procedures.sheet.missing")
	}
	format := map[string]string{".csv": exchange.CSV, ".yaml": exchange.YAML, ".yml": exchange.YAML}[strings.ToLower(path.Ext(files[0].Filename))]
	f, err := files[0].Open()
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	report, err := d.office.Import(r.Context(), web.PrincipalOf(r.Context()), f, format, p.DryRun)
	if err == nil || len(report.Problems) > 0 {
		p.Report = &report
	}
	return err
}

// download answers GET /quan-tri/thu-tuc/tai-ve?format=.
func (d desk) download(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	format := r.URL.Query().Get("format")
	kind := map[string]string{exchange.CSV: "text/csv; charset=utf-8", exchange.YAML: "application/yaml"}[format]
	if kind == "" {
		return fault.New(fault.Invalid, "procedures.format.unknown", "format", format).At("format")
	}
	var body strings.Builder
	if err := d.office.Export(r.Context(), web.PrincipalOf(r.Context()), &body, format); err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="thu-tuc.`+format+`"`)
	_, _ = w.Write([]byte(body.String())) // the reader is gone when this fails
	return nil
}
