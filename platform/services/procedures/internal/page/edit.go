package page

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/exchange"
	"egovctl/platform/web"
)

// EditPage is what templates/portals/procedures/edit.html is given.
type EditPage struct {
	Code     string
	Version  int
	Form     web.Form
	Fields   []catalogue.Field
	Channels []packaged.Channel
	Saved    bool
}

// edit answers GET /quan-tri/thu-tuc/{code}.
func (d desk) edit(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	v, err := d.office.View(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"))
	if err != nil {
		return err
	}
	return d.form(w, r, http.StatusOK, v.Procedure, formOf(v.Procedure), r.URL.Query().Has("saved"))
}

func (d desk) form(w http.ResponseWriter, r *http.Request, status int, p catalogue.Procedure, form web.Form, saved bool) error {
	fields, err := d.office.Fields(r.Context())
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, status, "procedures/edit", EditPage{Code: p.Code, Version: p.Version, Form: form,
		Fields: fields, Channels: catalogue.Channels(), Saved: saved})
}

// formOf fills the form with what stands.
func formOf(p catalogue.Procedure) web.Form {
	values := []string{"name", p.Name, "field", p.Field, "online", p.Online, "decision", p.Decision,
		"version", strconv.Itoa(p.Version), "legal_basis", strings.Join(p.LegalBasis, "\n")}
	for name, on := range map[string]bool{"published": p.Published, "filed_online": p.FiledOnline} {
		if on {
			values = append(values, name, "true")
		}
	}
	for _, ch := range catalogue.Channels() {
		terms, fees := exchange.Cells(p.Procedure, ch)
		values = append(values, string(ch)+"_terms", terms, string(ch)+"_fees", fees)
	}
	return web.NewForm(values...)
}

// save answers POST /quan-tri/thu-tuc/{code}. What is wrong is shown beside the person's own words, and so is a change
// that somebody else made meanwhile.
func (d desk) save(w http.ResponseWriter, r *http.Request) error {
	if err := d.only(r); err != nil {
		return err
	}
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	by, code := web.PrincipalOf(r.Context()), web.Param(r, "code")
	v, err := d.office.View(r.Context(), by, code)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(form.Get("version"))
	if err != nil || version < 1 {
		return fault.New(fault.Invalid, "procedures.version.malformed").At("version")
	}
	patch := patchOf(&form, v.Procedure.Procedure)
	status := http.StatusBadRequest
	if form.OK() {
		_, err := d.office.Change(r.Context(), by, code, patch, version)
		var faults catalogue.Faults
		switch {
		case err == nil:
			return web.Redirect(w, r, "/quan-tri/thu-tuc/"+code+"?saved=1")
		case errors.As(err, &faults):
			for _, f := range faults {
				form.Fail(inputOf(f.Field, patch), f)
			}
		case fault.Is(err, fault.Conflict):
			form.Fail("", err)
			status = http.StatusConflict
		default:
			return err
		}
	}
	return d.form(w, r, status, v.Procedure, form, false)
}

// patchOf reads the form. Cells that say what already stands leave the methods alone.
func patchOf(form *web.Form, now packaged.Procedure) catalogue.Patch {
	text := func(name string) *string { s := form.Trim(name); return &s }
	yes := func(name string) *bool { b := form.Get(name) == "true"; return &b }
	c := catalogue.Patch{Name: text("name"), Field: text("field"), Online: text("online"), Decision: text("decision"),
		Published: yes("published"), FiledOnline: yes("filed_online")}
	basis := strings.FieldsFunc(form.Get("legal_basis"), func(r rune) bool { return r == '\n' || r == '\r' })
	c.LegalBasis = &basis
	ms, field, err := exchange.Methods(now, func(column string) (string, bool) {
		return strings.ReplaceAll(form.Get(column), "\r\n", "\n"), true
	})
	form.Fail(field, err)
	c.Methods = ms
	return c
}

// inputOf finds the input that shows a member of the record: methods[1].fees[0].amount stands in the cell of its channel.
func inputOf(member string, c catalogue.Patch) string {
	rest, ok := strings.CutPrefix(member, "methods[")
	if !ok {
		return member
	}
	number, rest, _ := strings.Cut(rest, "]")
	i, err := strconv.Atoi(number)
	if err != nil || c.Methods == nil || i >= len(*c.Methods) {
		return ""
	}
	cell := "_terms"
	if strings.Contains(rest, "fees") {
		cell = "_fees"
	}
	return string((*c.Methods)[i].Channel) + cell
}
