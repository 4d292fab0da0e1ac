package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/sites/internal/portal"
	"egovctl/platform/web"
)

// ManagePage is what templates/portals/site/manage.html is given.
type ManagePage struct{ Agencies []portal.Agency }

// manage answers GET /can-bo/trang: the sites that this editor keeps.
func (d desk) manage(w http.ResponseWriter, r *http.Request) error {
	all, err := d.all(r.Context())
	if err != nil {
		return err
	}
	var p ManagePage
	for _, a := range all {
		if a.Site && d.office.MayEdit(web.PrincipalOf(r.Context()), a.ID) {
			p.Agencies = append(p.Agencies, a)
		}
	}
	return d.pages.Render(w, r, http.StatusOK, "site/manage", p)
}

// EditPage is what templates/portals/site/edit.html is given.
type EditPage struct {
	Head
	Form  web.Form
	Saved bool
}

// edit answers GET /can-bo/trang/{slug}.
func (d desk) edit(w http.ResponseWriter, r *http.Request) error {
	p := EditPage{Saved: r.URL.Query().Has("saved")}
	if err := d.mine(r, &p.Head); err != nil {
		return err
	}
	c := p.Site.Content
	p.Form = web.NewForm("title_vi", c.TitleVI, "title_en", c.TitleEN, "intro_vi", c.IntroVI, "intro_en", c.IntroEN,
		"address", c.Address, "phone", c.Phone, "email", c.Email, "hours_vi", c.HoursVI, "hours_en", c.HoursEN)
	return d.pages.Render(w, r, http.StatusOK, "site/edit", p)
}

// save answers POST /can-bo/trang/{slug}; the button "reset" goes back to the packaged texts.
func (d desk) save(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	text := func(name string) *string {
		if !form.Has(name) {
			return nil
		}
		s := form.Get(name)
		return &s
	}
	ch := portal.Change{TitleVI: text("title_vi"), TitleEN: text("title_en"), IntroVI: text("intro_vi"), IntroEN: text("intro_en"),
		Address: text("address"), Phone: text("phone"), Email: text("email"), HoursVI: text("hours_vi"), HoursEN: text("hours_en")}
	if form.Has("reset") {
		ch = portal.Change{Reset: true}
	}
	site, err := d.office.Amend(r.Context(), web.Param(r, "slug"), ch)
	if fault.Is(err, fault.Invalid) {
		p := EditPage{Form: form}
		if err := d.mine(r, &p.Head); err != nil {
			return err
		}
		p.Form.Fail("", err)
		return d.pages.Render(w, r, http.StatusBadRequest, "site/edit", p)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/can-bo/trang/"+site.Slug+"?saved=1")
}

// mine finds the site and refuses it to those who do not keep it.
func (d desk) mine(r *http.Request, h *Head) error {
	err := d.office.See(r.Context(), func(ctx context.Context, tx pgx.Tx) error {
		_, err := d.head(ctx, tx, r, "", h)
		return err
	})
	if err == nil && !h.MayEdit {
		err = fault.New(fault.Forbidden, "forbidden")
	}
	return err
}
