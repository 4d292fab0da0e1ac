package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/id"
)

// hall is what every request passes before the router: a number for the log, security headers, the reader's language,
// a look at the address, and a net under all that follows.
func (f *Front) hall(next http.Handler) http.Handler {
	return http.HandlerFunc(func(plain http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		w := middleware.NewWrapResponseWriter(plain, r.ProtoMajor)
		v := &visit{front: f, id: id.New()}
		rctx := chi.NewRouteContext()
		ctx := context.WithValue(r.Context(), visitKey, v)
		ctx = context.WithValue(ctx, chi.RouteCtxKey, rctx)
		r = r.WithContext(ctx)
		f.secure(w.Header())
		w.Header().Set("X-Request-Id", v.id)
		defer func() {
			if cause := recover(); cause != nil {
				f.caught(w, r, cause)
			}
			f.leave(r, w.Status(), w.BytesWritten(), time.Since(begin), rctx.RoutePattern())
		}()
		lang := f.language(w, r)
		r = r.WithContext(WithLang(r.Context(), lang))
		w.Header().Set("Content-Language", string(lang))
		if err := legible(r.URL); err != nil {
			f.fail(w, r, err)
			return
		}
		r.URL.RawPath = "" // chi would otherwise match the escaped path and hand out escaped parameters
		rctx.RoutePath = r.URL.Path
		next.ServeHTTP(w, r)
	})
}

// legible refuses addresses that cannot be text: bad escapes, NUL, not UTF-8.
func legible(u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || !Wholesome(u.Path) {
		return fault.New(fault.Invalid, "web.address")
	}
	for name, values := range query {
		for _, s := range append(values, name) {
			if !Wholesome(s) {
				return fault.New(fault.Invalid, "web.address")
			}
		}
	}
	return nil
}

// caught ends a panic: the stack is for the log, the visitor gets the number under which it is logged.
func (f *Front) caught(w middleware.WrapResponseWriter, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler { //nolint:errorlint // the documented sentinel of net/http, compared as net/http does
		panic(cause)
	}
	f.log.ErrorContext(r.Context(), "panic", "request", RequestID(r.Context()), "cause", fmt.Sprint(cause),
		"stack", string(debug.Stack()))
	if w.Status() != 0 {
		return
	}
	f.fail(w, r, fault.New(fault.Internal, "internal"))
}

// leave writes the access line. It names the route's pattern, never the address: paths hold dossier codes and queries
// hold what people look for.
func (f *Front) leave(r *http.Request, status, bytes int, took time.Duration, pattern string) {
	if status == 0 {
		status = http.StatusOK
	}
	if pattern == "" {
		pattern = "none"
	}
	f.metrics.count(r.Method, pattern, status, took)
	f.log.InfoContext(r.Context(), "request", "request", RequestID(r.Context()), "method", known(r.Method),
		"route", pattern, "status", status, "bytes", bytes, "ms", took.Milliseconds())
}

// known keeps invented methods out of labels and log lines.
func known(method string) string {
	for _, m := range append(methods, http.MethodHead, http.MethodOptions) {
		if m == method {
			return m
		}
	}
	return "other"
}

// tooLong refuses a body by the length that it announces, before a byte of it is read.
func tooLong(r *http.Request, limit int64) error {
	if r.ContentLength > limit {
		return fault.New(fault.TooLarge, "web.body.large")
	}
	return nil
}

// sameOrigin refuses a write that another site's page sends through this person's browser.
func (f *Front) sameOrigin(r *http.Request) error {
	if err := f.csrf.Check(r); err != nil {
		return fault.Wrap(err, fault.Forbidden, "web.cross_origin")
	}
	return nil
}

// notFound answers an unknown address. One slash too many at the end is forgiven.
func (f *Front) notFound(w http.ResponseWriter, r *http.Request) {
	if short := strings.TrimRight(r.URL.Path, "/"); short != r.URL.Path && short != "" && !strings.HasPrefix(short, "//") &&
		f.mux.Match(chi.NewRouteContext(), http.MethodGet, short) && r.Method == http.MethodGet {
		u := url.URL{Path: short, RawQuery: r.URL.RawQuery}
		http.Redirect(w, r, u.RequestURI(), http.StatusMovedPermanently)
		return
	}
	f.identify(w, r, func(r *http.Request) { f.fail(w, r, fault.New(fault.NotFound, "not_found")) })
}

// wrongMethod answers a known address that does not take this method, and says which it takes.
func (f *Front) wrongMethod(w http.ResponseWriter, r *http.Request) {
	for _, m := range append(methods, http.MethodHead) {
		if f.mux.Match(chi.NewRouteContext(), m, r.URL.Path) {
			w.Header().Add("Allow", m)
		}
	}
	f.identify(w, r, func(r *http.Request) {
		f.failAs(w, r, http.StatusMethodNotAllowed, fault.New(fault.Invalid, "web.method"))
	})
}

// identify lets the error page know who reads it, so that its header is theirs.
func (f *Front) identify(w http.ResponseWriter, r *http.Request, then func(*http.Request)) {
	p, err := f.principal(w, r, visitOf(r.Context()))
	if err == nil {
		r = r.WithContext(WithPrincipal(r.Context(), p))
	}
	then(r)
}
