// Package page is what people see of the office of identity: signing in, their own account, one-time links, and the
// accounts that an administrator keeps.
package page

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

// Office is the part of the service that answers here.
type Office interface {
	Register(ctx context.Context, r account.Registration) []error
	OwnSessions(ctx context.Context, by who.Principal, token string) ([]account.OpenSession, error)
	EndOwnSession(ctx context.Context, by who.Principal, id string) error
	ChangePassword(ctx context.Context, by who.Principal, present, next secret.String, token string) error
	LinkHolder(ctx context.Context, token string) (login string, err error)
	ChoosePassword(ctx context.Context, token string, password secret.String) error
	CreateAccount(ctx context.Context, by who.Principal, n account.NewAccount) (account.Created, error)
	SetPositions(ctx context.Context, by who.Principal, login string, want []account.Position) (account.Account, error)
	Lock(ctx context.Context, by who.Principal, login string) (account.Account, error)
	Unlock(ctx context.Context, by who.Principal, login string) (account.Account, error)
	ResetLink(ctx context.Context, by who.Principal, login string) (account.Created, error)
	List(ctx context.Context, by who.Principal, q account.Query) ([]account.Account, string, error)
	Find(ctx context.Context, by who.Principal, login string) (account.Account, error)
}

// Agencies names agencies and lists those that may be chosen.
type Agencies interface {
	Label(ctx context.Context, tx pgx.Tx, id int32) (identifier, nameVI, nameEN string, err error)
	Numbers(ctx context.Context, tx pgx.Tx) ([]int32, error)
}

// Deps is what the pages are given.
type Deps struct {
	Office   Office
	Agencies Agencies
	Pages    *web.Pages
	Texts    *locale.Catalog
	Settings module.Settings
}

type desk struct{ Deps }

// The paths of this office.
const (
	ownPath      = "/tai-khoan"
	registerPath = "/dang-ky"
	accountsPath = "/quan-tri/tai-khoan"
)

// Routes are the door plate of people.
func Routes(deps Deps) []web.Route {
	d := desk{deps}
	public := web.Access{Public: true, Relation: web.Any}
	own := web.Access{Relation: web.Own, Scope: "the account of the session"}
	admins := web.Access{Roles: []who.Role{who.Admin, who.AgencyAdmin}, Relation: web.OwnAgency, Scope: "agencies of the account's positions"}
	page := func(method, pattern string, a web.Access, summary string, h web.Handler) web.Route {
		return web.Route{Method: method, Pattern: pattern, Format: web.Page, Access: a, Summary: summary, Handler: h, MaxBody: 64 << 10}
	}
	return []web.Route{
		page(http.MethodGet, web.SignInPath, public, "identity.page.sign_in", d.signInForm),
		page(http.MethodPost, web.SignInPath, public, "identity.page.sign_in", d.signIn),
		page(http.MethodPost, "/dang-xuat", public, "identity.page.sign_out", d.signOut),
		page(http.MethodGet, registerPath, public, "identity.page.register", d.registerForm),
		page(http.MethodPost, registerPath, public, "identity.page.register", d.register),
		page(http.MethodGet, "/thiet-lap/{token}", public, "identity.page.setup", d.setupForm),
		page(http.MethodPost, "/thiet-lap/{token}", public, "identity.page.setup", d.setup),
		page(http.MethodGet, ownPath, own, "identity.page.own", d.own),
		page(http.MethodPost, ownPath+"/mat-khau", own, "identity.page.password", d.changePassword),
		page(http.MethodPost, ownPath+"/phien/{id}/ket-thuc", own, "identity.page.end_session", d.endSession),
		page(http.MethodGet, accountsPath, admins, "identity.page.accounts", d.accounts),
		page(http.MethodGet, accountsPath+"/tao-moi", admins, "identity.page.create", d.createForm),
		page(http.MethodPost, accountsPath+"/tao-moi", admins, "identity.page.create", d.create),
		page(http.MethodGet, accountsPath+"/{login}", admins, "identity.page.account", d.account),
		page(http.MethodPost, accountsPath+"/{login}/khoa", admins, "identity.page.lock", d.lock),
		page(http.MethodPost, accountsPath+"/{login}/mo-khoa", admins, "identity.page.unlock", d.unlock),
		page(http.MethodPost, accountsPath+"/{login}/dat-lai", admins, "identity.page.reset", d.reset),
		page(http.MethodPost, accountsPath+"/{login}/chuc-vu", admins, "identity.page.positions", d.positions),
	}
}
