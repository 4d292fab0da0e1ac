package page

import (
	"context"
	"net/http"
	"strings"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// AccountPage is what templates/portals/identity/account.html is given.
type AccountPage struct {
	Form      web.Form
	Account   account.Account
	Positions []HeldLine
	Agencies  []Choice
	Roles     []who.Role
	Self      bool
}

// account answers GET /quan-tri/tai-khoan/{login}.
func (d desk) account(w http.ResponseWriter, r *http.Request) error {
	return d.showAccount(w, r, http.StatusOK, web.NewForm())
}

func (d desk) showAccount(w http.ResponseWriter, r *http.Request, status int, f web.Form) error {
	by := web.PrincipalOf(r.Context())
	a, err := d.Office.Find(r.Context(), by, web.Param(r, "login"))
	if err != nil {
		return err
	}
	p := AccountPage{Form: f, Account: a, Self: a.ID == by.Account}
	if p.Positions, err = d.held(r.Context(), a.Positions); err != nil {
		return err
	}
	if p.Agencies, p.Roles, err = d.choices(r); err != nil {
		return err
	}
	return d.Pages.Render(w, r, status, "identity/account", p)
}

// held says positions in words.
func (d desk) held(ctx context.Context, positions []account.Position) ([]HeldLine, error) {
	lines := make([]HeldLine, 0, len(positions))
	for _, x := range positions {
		_, vi, en, err := d.Agencies.Label(ctx, nil, x.AgencyID)
		if err != nil {
			return nil, err
		}
		line := HeldLine{Role: x.Role, Agency: x.Agency, AgencyVI: vi, AgencyEN: en}
		line.From, _ = clock.ParseDate(x.From) // the store's own dates; an open end stays zero
		line.To, _ = clock.ParseDate(x.To)
		lines = append(lines, line)
	}
	return lines, nil
}

// lock answers POST /quan-tri/tai-khoan/{login}/khoa.
func (d desk) lock(w http.ResponseWriter, r *http.Request) error {
	_, err := d.Office.Lock(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"))
	return d.after(w, r, web.NewForm(), err)
}

// unlock answers POST /quan-tri/tai-khoan/{login}/mo-khoa.
func (d desk) unlock(w http.ResponseWriter, r *http.Request) error {
	_, err := d.Office.Unlock(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"))
	return d.after(w, r, web.NewForm(), err)
}

// reset answers POST /quan-tri/tai-khoan/{login}/dat-lai.
func (d desk) reset(w http.ResponseWriter, r *http.Request) error {
	c, err := d.Office.ResetLink(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"))
	if err != nil {
		return d.after(w, r, web.NewForm(), err)
	}
	return d.showLink(w, r, c)
}

// positions answers POST /quan-tri/tai-khoan/{login}/chuc-vu: "keep" names the positions that stay (role@agency), role
// and agency are one to be added.
func (d desk) positions(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	by, login := web.PrincipalOf(r.Context()), web.Param(r, "login")
	a, err := d.Office.Find(r.Context(), by, login)
	if err != nil {
		return err
	}
	var want []account.Position
	for _, keep := range f.All("keep") {
		role, agency, _ := strings.Cut(keep, "@")
		for _, p := range a.Positions { // with its days, as they are
			if string(p.Role) == role && p.Agency == agency {
				want = append(want, p)
			}
		}
	}
	if f.Get("role") != "" || f.Get("agency") != "" {
		want = append(want, account.Position{Role: who.Role(f.Get("role")), Agency: f.Get("agency"), To: f.Get("until")})
	}
	_, err = d.Office.SetPositions(r.Context(), by, login, want)
	return d.after(w, r, f, err)
}

// after goes back to the account, or says on its page what is in the way.
func (d desk) after(w http.ResponseWriter, r *http.Request, f web.Form, err error) error {
	switch {
	case err == nil:
		return web.Redirect(w, r, accountsPath+"/"+web.Param(r, "login"))
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		f.Fail(fieldOf(err), err)
		return d.showAccount(w, r, http.StatusUnprocessableEntity, f)
	}
	return err
}
