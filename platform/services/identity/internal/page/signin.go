package page

import (
	"net/http"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

// SignInPage is what templates/portals/identity/sign-in.html is given.
type SignInPage struct {
	Form     web.Form
	Next     string
	Register bool // citizens may make an account here
	Demo     bool
}

// signInForm answers GET /dang-nhap?next=: whoever is signed in already goes on.
func (d desk) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := r.URL.Query().Get("next")
	if p := web.PrincipalOf(r.Context()); p.SignedIn() {
		return web.Redirect(w, r, web.SafeNext(next, d.home(p)))
	}
	return d.showSignIn(w, r, http.StatusOK, web.NewForm("login", ""), next)
}

// signIn answers POST /dang-nhap.
func (d desk) signIn(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	p, err := web.SignIn(w, r, f.Get("login"), secret.New(f.Get("password")))
	if err == nil {
		return web.Redirect(w, r, web.SafeNext(f.Get("next"), d.home(p)))
	}
	if !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.TooMany) {
		return err
	}
	if s := fault.From(err).Args["seconds"]; s != "" {
		w.Header().Set("Retry-After", s)
	}
	status := web.Status(err)
	if status == http.StatusUnauthorized {
		status = http.StatusUnprocessableEntity // a form to be mended: 401 would ask for a challenge
	}
	f.Fail("login", err)
	return d.showSignIn(w, r, status, f, f.Get("next"))
}

func (d desk) showSignIn(w http.ResponseWriter, r *http.Request, status int, f web.Form, next string) error {
	return d.Pages.Render(w, r, status, "identity/sign-in", SignInPage{Form: f, Next: web.SafeNext(next, ""),
		Register: d.Settings.LocalSignIn, Demo: d.Settings.Demo})
}

// signOut answers POST /dang-xuat; signing out twice is no fault.
func (d desk) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := web.SignOut(w, r); err != nil {
		return err
	}
	return web.Redirect(w, r, "/")
}

// home is where somebody goes after signing in.
func (d desk) home(p who.Principal) string {
	if p.Kind == who.Official {
		return "/can-bo"
	}
	return "/"
}
