package page

import (
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// Declare shows each page's template a sample, so that one which cannot show it is found at start.
func Declare(pages *web.Pages) error {
	f, at := web.NewForm("login", "an"), clock.Date(2026, time.January, 5)
	f.Fail("login", fault.New(fault.Unauthenticated, "identity.signin.wrong"))
	a := account.Account{ID: "1", Login: "an", Kind: who.Official, Status: account.Active, Name: "An", Created: at,
		Positions: []account.Position{{Role: who.Clerk, Agency: "H17", AgencyID: 1, From: "2026-01-05"}}}
	line := HeldLine{Role: who.Clerk, Agency: "H17", AgencyVI: "A", AgencyEN: "A", From: at, To: at}
	choice, roles := []Choice{{"H17", "A", "A"}}, account.Staff()
	for _, p := range []struct {
		name   string
		sample any
	}{
		{"identity/sign-in", SignInPage{Form: f, Next: "/", Register: true, Demo: true}},
		{"identity/register", RegisterPage{Form: f}},
		{"identity/setup", SetupPage{Form: f, Login: "an", Min: account.MinPassword}},
		{"identity/own", OwnPage{Form: f, User: who.Principal{Login: "an", Name: "An"}, Positions: []HeldLine{line}, Changed: true,
			Sessions: []account.OpenSession{{ID: "1", Kind: "browser", Created: at, LastSeen: at}, {Kind: "program", Current: true}}}},
		{"identity/accounts", AccountsPage{Statuses: []account.Status{account.New}, Items: []AccountLine{{a, []HeldLine{line}}}, Next: "?cursor=x"}},
		{"identity/create", CreatePage{Form: f, Agencies: choice, Roles: roles}},
		{"identity/link", LinkPage{Login: "an", Link: "/", Expires: at}},
		{"identity/account", AccountPage{Form: f, Account: a, Positions: []HeldLine{line}, Agencies: choice, Roles: roles}},
	} {
		if err := pages.Declare(p.name, p.sample); err != nil {
			return err
		}
	}
	return nil
}
