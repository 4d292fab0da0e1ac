package api

import (
	"context"
	"net/http"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

type credentials struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

type opened struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires_at"`
	Account current   `json:"account"`
}

// current is who is signed in.
type current struct {
	ID        string `json:"id"`
	Login     string `json:"login"`
	Name      string `json:"name,omitempty"`
	Kind      string `json:"kind"`
	Positions []held `json:"positions"`
}

type held struct {
	Role   who.Role `json:"role"`
	Agency string   `json:"agency"` // identifier
	Name   string   `json:"name"`
}

// signIn answers POST /api/v1/session: a bearer token for a program on the host's own network.
func (d desk) signIn(w http.ResponseWriter, r *http.Request) error {
	var c credentials
	if err := web.Decode(r, &c); err != nil {
		return err
	}
	o, err := d.office.SignInProgram(r.Context(), c.Login, secret.New(c.Password), web.ClientAddr(r))
	if err != nil {
		retryAfter(w, err)
		return err
	}
	who, err := d.tell(r.Context(), o.Principal)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	return web.JSON(w, http.StatusOK, opened{Token: o.Token.Reveal(), Expires: o.Expires, Account: who})
}

// session answers GET /api/v1/session: who am I?
func (d desk) session(w http.ResponseWriter, r *http.Request) error {
	who, err := d.tell(r.Context(), web.PrincipalOf(r.Context()))
	if err != nil {
		return err
	}
	return web.JSON(w, http.StatusOK, who)
}

// signOut answers DELETE /api/v1/session.
func (d desk) signOut(w http.ResponseWriter, r *http.Request) error {
	token := web.SessionToken(r)
	if token == "" {
		return fault.New(fault.Unauthenticated, "unauthenticated")
	}
	if err := d.office.SignOut(r.Context(), token); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d desk) tell(ctx context.Context, p who.Principal) (current, error) {
	c := current{ID: p.Account, Login: p.Login, Name: p.Name, Kind: string(p.Kind), Positions: []held{}}
	for _, x := range p.Positions {
		identifier, vi, _, err := d.labels.Label(ctx, nil, x.Agency)
		if err != nil {
			return c, err
		}
		c.Positions = append(c.Positions, held{x.Role, identifier, vi})
	}
	return c, nil
}

// retryAfter tells a program when the next try may be made.
func retryAfter(w http.ResponseWriter, err error) {
	if s := fault.From(err).Args["seconds"]; s != "" {
		w.Header().Set("Retry-After", s)
	}
}
