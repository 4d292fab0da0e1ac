package page

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/web"
)

// filePage is the form of a filing, and its review.
type filePage struct {
	Procedure desk.Procedure
	Term      string
	Agencies  []desk.Agency
	Agency    desk.Agency // the chosen one, on the review
	Cases     []caseChoice
	Case      string
	Papers    []paper
	Once      string // makes the confirmation repeatable
	Form      web.Form
}

type caseChoice struct {
	Index  int
	Name   string
	Chosen bool
}

// paper is a line of the table of papers; Originals and Copies are what is in the inputs.
type paper struct {
	Index             int
	Code, Name        string
	Required          bool
	Originals, Copies string
}

// filedPage confirms.
type filedPage struct {
	Reference string
	Code      string
	Warnings  []desk.Warning
}

// fileForm answers GET /nop-ho-so/{code}?case=&agency=.
func (o office) fileForm(w http.ResponseWriter, r *http.Request) error {
	offer, err := o.desk.Offer(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "code"))
	if err != nil {
		return err
	}
	form := web.NewForm("agency", r.URL.Query().Get("agency"))
	if len(offer.Agencies) == 1 {
		form = web.NewForm("agency", offer.Agencies[0].Identifier)
	}
	page, err := o.filePage(r, offer, r.URL.Query().Get("case"), form, true)
	if err != nil {
		return err
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/file", page)
}

// file answers POST /nop-ho-so/{code}: first the review, then, confirmed, the filing.
func (o office) file(w http.ResponseWriter, r *http.Request) error {
	by := web.PrincipalOf(r.Context())
	offer, err := o.desk.Offer(r.Context(), by, web.Param(r, "code"))
	if err != nil {
		return err
	}
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	page, err := o.filePage(r, offer, form.Trim("case"), form, false)
	if err != nil {
		return err
	}
	f := page.filing(form)
	page.check(f)
	switch {
	case form.Has("edit") || !page.Form.OK():
		return o.pages.Render(w, r, statusOf(page.Form), "onestop/file", page)
	case !form.Has("confirm"):
		page.Once = id.New()
		return o.pages.Render(w, r, http.StatusOK, "onestop/review", page)
	}
	var done filedPage
	err = o.once(r, form, &done, func(ctx context.Context, tx pgx.Tx) error {
		got, err := o.desk.File(ctx, tx, by, f)
		done = filedPage{Reference: got.Reference, Warnings: got.Warnings}
		return err
	})
	if err != nil {
		return o.refused(w, r, "onestop/file", page, err)
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/filed", done)
}

// once does a form's act at most once: its hidden field "once" is the idempotency key, so that a double click or a
// reload of the answer files nothing twice.
func (o office) once(r *http.Request, form web.Form, out any, act func(ctx context.Context, tx pgx.Tx) error) error {
	key, err := web.IdempotencyKey(form.Trim("once"))
	if err != nil {
		return err
	}
	var answer web.Answer
	err = o.desk.DB.Tx(r.Context(), web.PrincipalOf(r.Context()), func(ctx context.Context, tx pgx.Tx) error {
		var err error
		answer, err = web.Once(ctx, tx, r, key, func(ctx context.Context) (int, any, error) {
			err := act(ctx, tx)
			return http.StatusOK, out, err
		})
		return err
	})
	if err == nil && answer.Replayed {
		err = json.Unmarshal(answer.Body, out)
	}
	return err
}

// refused shows a form again with what the desk said, if it is something that the person can mend there.
func (o office) refused(w http.ResponseWriter, r *http.Request, name string, page filePage, err error) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	page.Form.Fail("", err)
	return o.pages.Render(w, r, http.StatusBadRequest, name, page)
}

func statusOf(f web.Form) int {
	if f.OK() {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// filePage prepares the form. chosen is the index of the case, "" for the first; fresh fills the counts with what the
// procedure asks for. Fault: Invalid "onestop.filing.case" at "case".
func (o office) filePage(r *http.Request, offer desk.Offer, chosen string, form web.Form, fresh bool) (filePage, error) {
	p := filePage{Procedure: offer.Procedure, Agencies: offer.Agencies, Form: form,
		Term: desk.Term(o.texts, web.LangOf(r.Context()), offer.Term)}
	n, err := strconv.Atoi(cmp.Or(chosen, "0"))
	if chosen != "" && (err != nil || n < 0 || n >= len(offer.Procedure.Cases)) {
		return p, fault.New(fault.Invalid, "onestop.filing.case").At("case")
	}
	for i, c := range offer.Procedure.Cases {
		if len(offer.Procedure.Cases) > 1 {
			p.Cases = append(p.Cases, caseChoice{Index: i, Name: c.Name, Chosen: i == n})
		}
		if i == n {
			p.Case = strconv.Itoa(i)
			p.papers(c.Components, form, fresh)
		}
	}
	for _, a := range offer.Agencies {
		if a.Identifier == form.Get("agency") {
			p.Agency = a
		}
	}
	return p, nil
}

func (p *filePage) papers(list []packaged.Component, form web.Form, fresh bool) {
	for i, c := range list {
		line := paper{Index: i, Code: c.Code, Name: c.Name, Required: c.Required,
			Originals: form.Trim("originals." + strconv.Itoa(i)), Copies: form.Trim("copies." + strconv.Itoa(i))}
		if fresh {
			line.Originals, line.Copies = strconv.Itoa(c.Originals), strconv.Itoa(c.Copies)
		}
		p.Papers = append(p.Papers, line)
	}
}

// filing reads what was typed. Papers of which there is none are not handed in.
func (p *filePage) filing(form web.Form) desk.Filing {
	somebody := func(kind string) desk.Applicant {
		return desk.Applicant{Name: form.Trim(kind + ".name"), IDNumber: form.Trim(kind + ".id_number"), Phone: form.Trim(kind + ".phone"),
			Address: form.Trim(kind + ".address"), Email: form.Trim(kind + ".email")}
	}
	f := desk.Filing{Procedure: p.Procedure.Code, Agency: form.Trim("agency"), Applicant: somebody("applicant"), Submitter: somebody("submitter")}
	if n, err := strconv.Atoi(p.Case); err == nil {
		f.Case = p.Procedure.Cases[n].Name
	}
	for _, line := range p.Papers {
		originals, copies := p.count("originals", line.Index, line.Originals), p.count("copies", line.Index, line.Copies)
		if originals > 0 || copies > 0 {
			f.Components = append(f.Components, dossier.Component{Code: line.Code, Name: line.Name, Originals: originals, Copies: copies})
		}
	}
	return f
}

func (p *filePage) count(kind string, index int, typed string) int {
	n, err := strconv.Atoi(typed)
	if typed == "" {
		return 0
	}
	if err != nil || n < 0 || n > 99 {
		p.Form.Fail(kind+"."+strconv.Itoa(index), fault.New(fault.Invalid, "onestop.components.count"))
		return 0
	}
	return n
}

// check notes everything that is wrong with what was typed.
func (p *filePage) check(f desk.Filing) {
	if f.Agency == "" || p.Agency.ID == 0 {
		p.Form.Fail("agency", fault.New(fault.Invalid, "onestop.filing.choose_agency"))
	}
	for _, err := range f.Check() {
		p.Form.Fail("", err)
	}
}
