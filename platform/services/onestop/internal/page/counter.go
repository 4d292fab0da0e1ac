package page

import (
	"context"
	"net/http"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/id"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/web"
	"egovctl/platform/workcal"
)

// counterPage is the clerk's form: first a procedure of the agency is found, then the dossier is entered.
type counterPage struct {
	filePage
	Q      string
	Takes  []desk.Summary
	Here   desk.Agency
	Chosen bool
	NoDate bool // the law leaves the date to the official
}

// counterForm answers GET /mot-cua/tiep-nhan?q= and ?procedure=&case=.
func (o office) counterForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page, err := o.counterPage(r, q.Get("procedure"), q.Get("case"), web.NewForm(), true)
	if err != nil {
		return err
	}
	page.Q = q.Get("q")
	if !web.Wholesome(page.Q) {
		return fault.New(fault.Invalid, "text.invalid")
	}
	if !page.Chosen {
		page.Takes = find(page.Takes, page.Q)
	}
	return o.pages.Render(w, r, http.StatusOK, "onestop/counter", page)
}

// counter answers POST /mot-cua/tiep-nhan: the dossier is received at once, and its page has the receipt.
func (o office) counter(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	page, err := o.counterPage(r, form.Trim("procedure"), form.Trim("case"), form, false)
	if err != nil {
		return err
	}
	if !page.Chosen {
		return fault.New(fault.NotFound, "onestop.filing.procedure", "code", form.Trim("procedure"))
	}
	f := page.filing(form)
	act := desk.Act{}
	if f.Channel, err = desk.ParseChannel(form.Trim("channel")); err != nil {
		page.Form.Fail("", err)
	}
	if act.Due, err = desk.ParseDue(form.Trim("due")); err != nil {
		page.Form.Fail("", err)
	}
	page.check(f)
	if !page.Form.OK() {
		return o.pages.Render(w, r, http.StatusBadRequest, "onestop/counter", page)
	}
	var got desk.Acted
	err = o.once(r, form, &got, func(ctx context.Context, tx pgx.Tx) (err error) {
		got, _, err = o.desk.Receive(ctx, tx, web.PrincipalOf(ctx), f, act)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		page.Form.Fail("", err)
		return o.pages.Render(w, r, http.StatusBadRequest, "onestop/counter", page)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/ho-so/"+got.Code+"?received=1")
}

func (o office) counterPage(r *http.Request, procedure, chosen string, form web.Form, fresh bool) (counterPage, error) {
	by := web.PrincipalOf(r.Context())
	page := counterPage{}
	var err error
	if page.Here, page.Takes, err = o.desk.Takes(r.Context(), by, r.URL.Query().Get("agency")); err != nil {
		return page, err
	}
	page.Form = form
	if procedure == "" {
		return page, nil
	}
	offer, err := o.desk.Offer(r.Context(), by, procedure)
	if err != nil {
		return page, err
	}
	if fresh && len(offer.Agencies) > 0 {
		form = web.NewForm("agency", offer.Agencies[0].Identifier, "channel", string(packaged.Direct))
	}
	if page.filePage, err = o.filePage(r, offer, chosen, form, fresh); err != nil {
		return page, err
	}
	page.Chosen, page.NoDate = true, offer.Term.Kind == workcal.Other
	if page.Once = form.Trim("once"); page.Once == "" {
		page.Once = id.New()
	}
	return page, nil
}

// shown is how many procedures the clerk's list shows at once.
const shown = 50

// find narrows the agency's procedures to those with every word of q in code or name, without regard to accents.
func find(all []desk.Summary, q string) []desk.Summary {
	words := fold.Words(q)
	var out []desk.Summary
	for _, s := range all {
		text := s.Code + " " + fold.Text(s.Code+" "+s.Name)
		hit := true
		for _, w := range words {
			hit = hit && strings.Contains(text, w)
		}
		if hit && len(out) < shown {
			out = append(out, s)
		}
	}
	return out
}
