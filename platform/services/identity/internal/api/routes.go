// Package api is what programs may ask the office of identity: a session, and for administrators the accounts.
package api

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	SignInProgram(ctx context.Context, login string, password secret.String, from netip.Addr) (account.Opened, error)
	SignOut(ctx context.Context, token string) error
	CreateAccount(ctx context.Context, by who.Principal, n account.NewAccount) (account.Created, error)
	SetPositions(ctx context.Context, by who.Principal, login string, want []account.Position) (account.Account, error)
	Lock(ctx context.Context, by who.Principal, login string) (account.Account, error)
	Unlock(ctx context.Context, by who.Principal, login string) (account.Account, error)
	ResetLink(ctx context.Context, by who.Principal, login string) (account.Created, error)
	List(ctx context.Context, by who.Principal, q account.Query) ([]account.Account, string, error)
}

// Labels names agencies.
type Labels interface {
	Label(ctx context.Context, tx pgx.Tx, id int32) (identifier, nameVI, nameEN string, err error)
}

type desk struct {
	office Office
	labels Labels
}

// Routes are the door plate of programs.
func Routes(office Office, labels Labels) []web.Route {
	d := desk{office, labels}
	own := web.Access{Relation: web.Own, Scope: "the account of the session"}
	admins := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency, Scope: "agencies of the account's positions"}
	return []web.Route{
		{Method: http.MethodPost, Pattern: "/api/v1/session", Format: web.API, Access: web.Access{Public: true, Relation: web.Any},
			Summary: "identity.api.sign_in", Handler: d.signIn, MaxBody: 8 << 10, Body: credentials{}, Answer: opened{}, Status: http.StatusOK},
		{Method: http.MethodGet, Pattern: "/api/v1/session", Format: web.API, Access: own, Summary: "identity.api.session",
			Handler: d.session, Answer: current{}},
		{Method: http.MethodDelete, Pattern: "/api/v1/session", Format: web.API, Access: own, Summary: "identity.api.sign_out",
			Handler: d.signOut},
		{Method: http.MethodGet, Pattern: "/api/v1/accounts", Format: web.API, Access: admins, Summary: "identity.api.accounts",
			Handler: d.accounts, Params: accountParams, Answer: web.List[account.Account]{}},
		{Method: http.MethodPost, Pattern: "/api/v1/accounts", Format: web.API, Access: admins, Summary: "identity.api.create",
			Handler: d.create, MaxBody: 64 << 10, Body: account.NewAccount{}, Answer: created{}},
		{Method: http.MethodPut, Pattern: "/api/v1/accounts/{login}/positions", Format: web.API, Access: admins,
			Summary: "identity.api.positions", Handler: d.positions, MaxBody: 64 << 10, Body: positions{}, Answer: account.Account{}},
		{Method: http.MethodPost, Pattern: "/api/v1/accounts/{login}/lock", Format: web.API, Access: admins, Summary: "identity.api.lock",
			Handler: d.turn(office.Lock), Answer: account.Account{}, Status: http.StatusOK},
		{Method: http.MethodPost, Pattern: "/api/v1/accounts/{login}/unlock", Format: web.API, Access: admins, Summary: "identity.api.unlock",
			Handler: d.turn(office.Unlock), Answer: account.Account{}, Status: http.StatusOK},
		{Method: http.MethodPost, Pattern: "/api/v1/accounts/{login}/reset", Format: web.API, Access: admins, Summary: "identity.api.reset",
			Handler: d.reset, Answer: created{}, Status: http.StatusOK},
	}
}
