package page

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// dossierPage is one dossier with everything that the reader may see of it and do with it.
type dossierPage struct {
	desk.View
	Revealed bool // people are shown unmasked
	Received bool // it has just been received at the counter
	Failed   workflow.Action
	Form     web.Form // of the act that was refused
	Form2    web.Form // of the unmasking
	texts    *locale.Catalog
}

// Say tells a line of the promise's trace in the reader's language.
func (p dossierPage) Say(l workcal.TraceLine, lang string) string {
	return l.Say(p.texts, locale.Lang(lang))
}

// dossier answers GET /ho-so/{code}.
func (o office) dossier(w http.ResponseWriter, r *http.Request) error {
	v, err := o.seen(r)
	if err != nil {
		return err
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/dossier", dossierPage{texts: o.texts, View: v, Form: web.NewForm(), Form2: web.NewForm(),
		Revealed: !v.Official, Received: r.URL.Query().Has("received")})
}

// seen is the dossier of the address, for who may see it in full. Fault: NotFound "onestop.dossier.unknown".
func (o office) seen(r *http.Request) (desk.View, error) {
	t, err := o.desk.Track(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), "")
	if err != nil {
		return desk.View{}, err
	}
	if t.View == nil {
		return desk.View{}, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	return *t.View, nil
}

// act answers POST /ho-so/{code}/{action}.
func (o office) act(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	by, action := web.PrincipalOf(r.Context()), web.Param(r, "action")
	a := desk.Act{Action: action, Note: form.Get("note"), Reason: form.Get("reason"), ToAccount: form.Trim("to.account"),
		ToAgency: form.Trim("to.agency"), Components: typedPapers(form)}
	if a.Version, err = strconv.Atoi(form.Trim("version")); err != nil {
		a.Version = 0
	}
	if a.Due, err = desk.ParseDue(form.Trim("due")); err == nil {
		err = o.desk.DB.Tx(r.Context(), by, func(ctx context.Context, tx pgx.Tx) error {
			_, err := o.desk.Act(ctx, tx, by, web.Param(r, "code"), a)
			return err
		})
	}
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return o.notDone(w, r, action, form, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/ho-so/"+web.Param(r, "code"))
}

// notDone shows the dossier as it is now, with why the act was refused and what was typed.
func (o office) notDone(w http.ResponseWriter, r *http.Request, action string, form web.Form, refused error) error {
	v, err := o.seen(r)
	if err != nil {
		return err
	}
	field := fault.From(refused).Field
	if id, ok := map[string]string{"note": "reason", "components": "papers"}[field]; ok {
		field = id
	}
	if field != "" {
		field = action + "." + field
	}
	form.Errors = append(form.Errors, web.FieldError{Field: field, Err: refused})
	status := web.Status(refused)
	return o.pages.Render(w, r, status, "onestop/dossier", dossierPage{texts: o.texts, View: v, Form: form, Form2: web.NewForm(), Failed: workflow.Action(action),
		Revealed: !v.Official})
}

// typedPapers are the papers that a citizen adds, one name a line.
func typedPapers(form web.Form) []dossier.Component {
	var out []dossier.Component
	for _, name := range strings.Split(form.Get("papers"), "\n") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, dossier.Component{Name: name, Copies: 1})
		}
	}
	return out
}

// reveal answers POST /ho-so/{code}/xem-day-du: the people unmasked, for a written reason that the audit log keeps.
func (o office) reveal(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := o.desk.Reveal(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), form.Get("reason"))
	page := dossierPage{texts: o.texts, View: v, Form: web.NewForm(), Form2: form, Revealed: true}
	status := http.StatusOK
	if fault.Is(err, fault.Invalid) {
		page.Revealed, status = false, http.StatusBadRequest
		page.Form2.Fail("reason", err)
		page.View, err = o.seen(r)
	}
	if err != nil {
		return err
	}
	return o.pages.Render(w, r, status, "onestop/dossier", page)
}

// receipt answers GET /ho-so/{code}/giay-tiep-nhan.pdf?secret=.
func (o office) receipt(w http.ResponseWriter, r *http.Request) error {
	pdf, err := o.desk.Receipt(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"), r.URL.Query().Get("secret"), web.LangOf(r.Context()))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Length", strconv.Itoa(len(pdf)))
	h.Set("Content-Disposition", `inline; filename="giay-tiep-nhan.pdf"`)
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write(pdf)
	return err
}

// Number and Phone show a person's number as the reader may see it.
func (p dossierPage) Number(x dossier.Person) string {
	if p.Revealed {
		return x.Number.Reveal()
	}
	return x.Number.Masked()
}

// Phone shows the telephone number as the reader may see it.
func (p dossierPage) Phone(x dossier.Person) string {
	if p.Revealed {
		return x.Phone.Reveal()
	}
	return x.Phone.Masked()
}

// Badge is the kind of badge that the promise wears.
func (p dossierPage) Badge() string { return badge(string(p.Left.Standing)) }

// Refused reports whether this is the act that has just been refused: its form keeps what was typed.
func (p dossierPage) Refused(act desk.Can) bool { return act.Action == p.Failed }

// Citizen reports whether the reader is the owner.
func (p dossierPage) Citizen() bool { return !p.Official }

// Named reports whether the reader may know who did a step: between officials, names are shown.
func (p dossierPage) Named(st dossier.Step) bool {
	return p.Official && st.ByName != "" && st.ByRole != who.Citizen
}
