package page

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// EditPage is what templates/portals/procedures/edit.html is given.
type EditPage struct {
	Code     string
	Version  int
	Form     web.Form
	Fields   []catalogue.Field
	Channels []ChannelRows
	Kinds    []workcal.TermKind
	FeeTypes []string
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
	return d.form(w, r, http.StatusOK, v.Procedure, formOf(v.Procedure, web.LangOf(r.Context())), r.URL.Query().Has("saved"))
}

func (d desk) form(w http.ResponseWriter, r *http.Request, status int, p catalogue.Procedure, form web.Form, saved bool) error {
	fields, err := d.office.Fields(r.Context())
	if err != nil {
		return err
	}
	return d.pages.Render(w, r, status, "procedures/edit", editPage(p, form, fields, saved))
}

func editPage(p catalogue.Procedure, form web.Form, fields []catalogue.Field, saved bool) EditPage {
	return EditPage{Code: p.Code, Version: p.Version, Form: form, Fields: fields, Saved: saved,
		Channels: channelRows(form), Kinds: workcal.TermKinds(), FeeTypes: catalogue.FeeTypes()}
}

// formOf fills the form with what stands.
func formOf(p catalogue.Procedure, l locale.Lang) web.Form {
	values := []string{"name", p.Name, "field", p.Field, "online", p.Online, "decision", p.Decision,
		"version", strconv.Itoa(p.Version), "legal_basis", strings.Join(p.LegalBasis, "\n")}
	for name, on := range map[string]bool{"published": p.Published, "filed_online": p.FiledOnline} {
		if on {
			values = append(values, name, "true")
		}
	}
	return web.NewForm(append(values, methodValues(p.Methods, l)...)...)
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
				form.Fail(inputOf(f.Field, form, patch), f)
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

// patchOf reads the form. Rows that say what already stands leave the methods alone.
func patchOf(form *web.Form, now packaged.Procedure) catalogue.Patch {
	text := func(name string) *string { s := form.Trim(name); return &s }
	yes := func(name string) *bool { b := form.Get(name) == "true"; return &b }
	c := catalogue.Patch{Name: text("name"), Field: text("field"), Online: text("online"), Decision: text("decision"),
		Published: yes("published"), FiledOnline: yes("filed_online")}
	basis := strings.FieldsFunc(form.Get("legal_basis"), func(r rune) bool { return r == '\n' || r == '\r' })
	c.LegalBasis = &basis
	c.Methods = readMethods(form, now.Methods)
	return c
}
