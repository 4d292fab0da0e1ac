package page

import (
	"net/http"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// CreatePage is what templates/portals/identity/create.html is given.
type CreatePage struct {
	Form     web.Form
	Agencies []Choice
	Roles    []who.Role
}

// LinkPage is what templates/portals/identity/link.html is given: a one-time link, shown this once.
type LinkPage struct {
	Login   string
	Link    string
	Expires time.Time
}

// createForm answers GET /quan-tri/tai-khoan/tao-moi.
func (d desk) createForm(w http.ResponseWriter, r *http.Request) error {
	return d.showCreate(w, r, http.StatusOK, web.NewForm())
}

func (d desk) showCreate(w http.ResponseWriter, r *http.Request, status int, f web.Form) error {
	p := CreatePage{Form: f}
	var err error
	if p.Agencies, p.Roles, err = d.choices(r); err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, "identity/create", p)
}

// create answers POST /quan-tri/tai-khoan/tao-moi.
func (d desk) create(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	c, err := d.Office.CreateAccount(r.Context(), web.PrincipalOf(r.Context()), account.NewAccount{Login: f.Get("login"),
		Name: f.Get("name"), Phone: f.Get("phone"), Positions: []account.Position{{Role: who.Role(f.Get("role")), Agency: f.Get("agency")}}})
	switch {
	case err == nil:
		return d.showLink(w, r, c)
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		f.Fail(fieldOf(err), err)
		return d.showCreate(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// fieldOf maps the member of a request to the input of the form.
func fieldOf(err error) string {
	if field := fault.From(err).Field; field != "positions" {
		return field
	}
	return "agency"
}

// showLink shows a link without storing it anywhere; going back does not show it again.
func (d desk) showLink(w http.ResponseWriter, r *http.Request, c account.Created) error {
	w.Header().Set("Cache-Control", "no-store")
	return d.Pages.Render(w, r, http.StatusOK, "identity/link", LinkPage{Login: c.Account.Login,
		Link: d.Settings.PublicURL + c.Link.Reveal(), Expires: c.Expires})
}
