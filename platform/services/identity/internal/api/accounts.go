package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/web"
)

var accountParams = []web.Parameter{
	{Name: "q", Summary: "identity.api.param.q", Example: "nguyen"},
	{Name: "status", Summary: "identity.api.param.status", Example: "active",
		Values: []string{string(account.New), string(account.Active), string(account.Locked)}},
	{Name: "agency", Summary: "identity.api.param.agency", Example: "H17.18"},
	{Name: "limit", Summary: "identity.api.param.limit", Example: "50"},
	{Name: "cursor", Summary: "identity.api.param.cursor"},
}

// created carries a one-time link: shown in this answer and never again.
type created struct {
	Account account.Account `json:"account"`
	Link    string          `json:"setup_link"`
	Expires time.Time       `json:"setup_expires_at"`
}

type positions struct {
	Positions []account.Position `json:"positions"`
}

// accounts answers GET /api/v1/accounts: those that the caller administers, by login.
func (d desk) accounts(w http.ResponseWriter, r *http.Request) error {
	cursor, err := web.Cursor(r)
	if err != nil {
		return err
	}
	limit, err := web.Limit(r, 50, 200)
	if err != nil {
		return err
	}
	v := r.URL.Query()
	q := account.Query{Q: strings.TrimSpace(v.Get("q")), Status: account.Status(v.Get("status")), Agency: v.Get("agency"),
		After: cursor, Limit: limit}
	list, next, err := d.office.List(r.Context(), web.PrincipalOf(r.Context()), q)
	if err != nil {
		return web.AtParameter("agency", err)
	}
	return web.JSON(w, http.StatusOK, web.NewList(list, next))
}

// create answers POST /api/v1/accounts.
func (d desk) create(w http.ResponseWriter, r *http.Request) error {
	var n account.NewAccount
	if err := web.Decode(r, &n); err != nil {
		return err
	}
	c, err := d.office.CreateAccount(r.Context(), web.PrincipalOf(r.Context()), n)
	if err != nil {
		return err
	}
	return answer(w, http.StatusCreated, c)
}

// reset answers POST /api/v1/accounts/{login}/reset.
func (d desk) reset(w http.ResponseWriter, r *http.Request) error {
	c, err := d.office.ResetLink(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"))
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, c)
}

func answer(w http.ResponseWriter, status int, c account.Created) error {
	w.Header().Set("Cache-Control", "no-store")
	return web.JSON(w, status, created{Account: c.Account, Link: c.Link.Reveal(), Expires: c.Expires})
}

// positions answers PUT /api/v1/accounts/{login}/positions.
func (d desk) positions(w http.ResponseWriter, r *http.Request) error {
	var p positions
	if err := web.Decode(r, &p); err != nil {
		return err
	}
	a, err := d.office.SetPositions(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"), p.Positions)
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, a)
}

// turn answers POST /api/v1/accounts/{login}/lock and /unlock.
func (d desk) turn(do func(context.Context, who.Principal, string) (account.Account, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := do(r.Context(), web.PrincipalOf(r.Context()), web.Param(r, "login"))
		if err != nil {
			return err
		}
		return web.JSON(w, http.StatusOK, a)
	}
}
