package page

import (
	"net/http"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// SetupPage is what templates/portals/identity/setup.html is given.
type SetupPage struct {
	Form  web.Form
	Login string
	Min   int
}

// setupForm answers GET /thiet-lap/{token}: looking at a link does not spend it.
func (d desk) setupForm(w http.ResponseWriter, r *http.Request) error {
	login, err := d.Office.LinkHolder(r.Context(), web.Param(r, "token"))
	if err != nil {
		return err
	}
	return d.showSetup(w, r, http.StatusOK, web.NewForm(), login)
}

// setup answers POST /thiet-lap/{token}: the password is set; the holder signs in with it.
func (d desk) setup(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	login, err := d.Office.LinkHolder(r.Context(), web.Param(r, "token"))
	if err != nil {
		return err
	}
	if f.Get("password") != f.Get("again") {
		f.Fail("again", fault.New(fault.Invalid, "identity.password.differ"))
		return d.showSetup(w, r, http.StatusUnprocessableEntity, f, login)
	}
	err = d.Office.ChoosePassword(r.Context(), web.Param(r, "token"), secret.New(f.Get("password")))
	if fault.Is(err, fault.Invalid) {
		f.Fail("password", err)
		return d.showSetup(w, r, http.StatusUnprocessableEntity, f, login)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.SignInPath)
}

func (d desk) showSetup(w http.ResponseWriter, r *http.Request, status int, f web.Form, login string) error {
	w.Header().Set("Referrer-Policy", "no-referrer") // the address is the secret
	return d.Pages.Render(w, r, status, "identity/setup", SetupPage{Form: f, Login: login, Min: account.MinPassword})
}
