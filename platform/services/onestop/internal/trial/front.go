package trial

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
	"egovctl/templates"
)

// Pages are the shipped pages.
func (o *Office) Pages(t testing.TB) *web.Pages {
	t.Helper()
	p, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: o.Texts, Clock: o.Clock,
		Portal: web.Portal{ProvinceVI: "Thành phố Đà Nẵng", Code: "48"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Front is the real front door before routes. A session's token is the login of one of the People.
func (o *Office) Front(t testing.TB, pages *web.Pages, routes []web.Route) http.Handler {
	t.Helper()
	f, err := web.NewFront(web.Config{Routes: routes, Identities: identities{}, Pages: pages, Texts: o.Texts, Clock: o.Clock,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), PublicURL: "http://127.0.0.1",
		RatePerMinute: map[web.Rate]int{web.RateTracking: 1_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type identities struct{}

func (identities) BySession(_ context.Context, token string) (who.Principal, error) {
	for _, p := range append(Officials(), Citizen, Stranger) {
		if p.Login == token {
			return p, nil
		}
	}
	return who.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated")
}

func (identities) SignIn(context.Context, string, secret.String, netip.Addr) (string, who.Principal, error) {
	return "", who.Principal{}, fault.New(fault.Unauthenticated, "unauthenticated")
}

func (identities) SignOut(context.Context, string) error { return nil }

// Call is one request; the zero values leave things out.
type Call struct {
	By     who.Principal
	Method string // GET
	Path   string
	Type   string // of the body
	Body   string
	Key    string // Idempotency-Key
}

// Failer is the part of a test that Do needs; a rapid.T has it too.
type Failer interface {
	Helper()
	Fatal(args ...any)
}

// Do sends a call and reads the answer.
func Do(t Failer, h http.Handler, c Call) (status int, header http.Header, body string) {
	t.Helper()
	if c.Method == "" {
		c.Method = http.MethodGet
	}
	r := httptest.NewRequest(c.Method, c.Path, bytes.NewBufferString(c.Body))
	r.RemoteAddr = "127.0.0.1:40000"
	if c.Type != "" {
		r.Header.Set("Content-Type", c.Type)
	}
	if c.By.Login != "" {
		r.Header.Set("Authorization", "Bearer "+c.By.Login)
	}
	if c.Key != "" {
		r.Header.Set("Idempotency-Key", c.Key)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	raw, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, w.Result().Header, string(raw)
}
