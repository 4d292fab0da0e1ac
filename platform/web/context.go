package web

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
)

type contextKey int

const (
	principalKey contextKey = iota
	langKey
	visitKey
)

// visit is what the front door knows of the request under way. Handlers reach it through the functions below.
type visit struct {
	front    *Front
	id       string
	route    *Route
	token    string // the session's token, "" for nobody
	bearer   bool
	bodyHash []byte // SHA-256 of the body, once it was read
}

// PrincipalOf tells who asks; nobody when the context never passed the front door.
func PrincipalOf(ctx context.Context) who.Principal {
	if p, ok := ctx.Value(principalKey).(who.Principal); ok {
		return p
	}
	return who.Nobody()
}

// WithPrincipal carries p: for the front door, and for tests that call a handler directly.
func WithPrincipal(ctx context.Context, p who.Principal) context.Context {
	return context.WithValue(ctx, principalKey, p)
}

// LangOf tells the reader's language; Vietnamese when nothing was chosen.
func LangOf(ctx context.Context) locale.Lang {
	if l, ok := ctx.Value(langKey).(locale.Lang); ok {
		return l
	}
	return locale.Vietnamese
}

// WithLang carries l.
func WithLang(ctx context.Context, l locale.Lang) context.Context {
	return context.WithValue(ctx, langKey, l)
}

// RequestID is the identifier under which the request is logged, "" outside the front door. It is shown on error
// pages, so that a person can quote it.
func RequestID(ctx context.Context) string { return visitOf(ctx).id }

// Param gives a parameter of the route's pattern, unescaped.
func Param(r *http.Request, name string) string { return chi.URLParam(r, name) }

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey).(*visit); ok {
		return v
	}
	return &visit{}
}
