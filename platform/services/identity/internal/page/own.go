package page

import (
	"net/http"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// OwnPage is what templates/portals/identity/own.html is given.
type OwnPage struct {
	Form      web.Form
	User      who.Principal
	Positions []HeldLine
	Sessions  []account.OpenSession
	Changed   bool
	Min       int
}

// HeldLine is a position in words; To is zero while it has no end.
type HeldLine struct {
	Role               who.Role
	Agency             string // identifier
	AgencyVI, AgencyEN string
	From, To           time.Time
}

// own answers GET /tai-khoan: who I am, my password, my sessions.
func (d desk) own(w http.ResponseWriter, r *http.Request) error {
	return d.showOwn(w, r, http.StatusOK, web.NewForm())
}

func (d desk) showOwn(w http.ResponseWriter, r *http.Request, status int, f web.Form) error {
	by := web.PrincipalOf(r.Context())
	p := OwnPage{Form: f, User: by, Changed: r.URL.Query().Get("xong") == "1", Min: account.MinPassword}
	for _, x := range by.Positions {
		identifier, vi, en, err := d.Agencies.Label(r.Context(), nil, x.Agency)
		if err != nil {
			return err
		}
		p.Positions = append(p.Positions, HeldLine{Role: x.Role, Agency: identifier, AgencyVI: vi, AgencyEN: en})
	}
	var err error
	if p.Sessions, err = d.Office.OwnSessions(r.Context(), by, web.SessionToken(r)); err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, "identity/own", p)
}

// changePassword answers POST /tai-khoan/mat-khau.
func (d desk) changePassword(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if f.Get("password") != f.Get("again") {
		f.Fail("again", fault.New(fault.Invalid, "identity.password.differ"))
		return d.showOwn(w, r, http.StatusUnprocessableEntity, f)
	}
	err = d.Office.ChangePassword(r.Context(), web.PrincipalOf(r.Context()), secret.New(f.Get("present")),
		secret.New(f.Get("password")), web.SessionToken(r))
	switch {
	case err == nil:
		return web.Redirect(w, r, ownPath+"?xong=1")
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.TooMany):
		f.Fail("", err)
		return d.showOwn(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}

// endSession answers POST /tai-khoan/phien/{id}/ket-thuc.
func (d desk) endSession(w http.ResponseWriter, r *http.Request) error {
	if err := d.Office.EndOwnSession(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "id")); err != nil {
		return err
	}
	return web.Redirect(w, r, ownPath)
}
