package page

import (
	"net/http"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// RegisterPage is what templates/portals/identity/register.html is given.
type RegisterPage struct{ Form web.Form }

// registerForm answers GET /dang-ky: only where citizens sign in locally (demonstration and training).
func (d desk) registerForm(w http.ResponseWriter, r *http.Request) error {
	if !d.Settings.LocalSignIn {
		return fault.New(fault.Forbidden, "identity.register.off")
	}
	return d.Pages.Render(w, r, http.StatusOK, "identity/register", RegisterPage{Form: web.NewForm()})
}

// register answers POST /dang-ky: the account is made and its holder signed in.
func (d desk) register(w http.ResponseWriter, r *http.Request) error {
	if !d.Settings.LocalSignIn {
		return fault.New(fault.Forbidden, "identity.register.off")
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	password := secret.New(f.Get("password"))
	errs := d.Office.Register(r.Context(), account.Registration{Login: f.Get("login"), Name: f.Get("name"), IDNumber: f.Get("id_number"),
		Phone: f.Get("phone"), Address: f.Get("address"), Birth: f.Get("birth"), Password: password})
	for _, e := range errs {
		switch fault.CodeOf(e) {
		case fault.Invalid, fault.Conflict:
			f.Fail("", e)
		default:
			return e
		}
	}
	if !f.OK() {
		return d.Pages.Render(w, r, http.StatusUnprocessableEntity, "identity/register", RegisterPage{Form: f})
	}
	if _, err := web.SignIn(w, r, f.Get("login"), password); err != nil {
		return web.Redirect(w, r, web.SignInPath) // the account stands; signing in can be tried again there
	}
	return web.Redirect(w, r, ownPath)
}
