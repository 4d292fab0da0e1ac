package agencies_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies"
	"egovctl/platform/web"
	"egovctl/templates"
)

var now = clock.Date(2026, time.November, 22).Add(9 * time.Hour)

// office is a running service over a database that was seeded with a profile.
type office struct {
	*agencies.Service
	t    *testing.T
	d    *dbtest.DB
	deps module.Deps
	set  *packaged.Set
}

func open(t *testing.T, profile string) *office {
	t.Helper()
	set, err := packaged.Load(templates.FS, profile)
	if err != nil {
		t.Fatal(err)
	}
	return openSet(t, set)
}

func openSet(t *testing.T, set *packaged.Set) *office {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := agencies.New(module.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t, db.Stream{Schema: "agencies", FS: plain.Module().Migrations})
	pages, err := web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: texts, Clock: clock.Fixed(now)})
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, d: d, set: set, deps: module.Deps{DB: d.App(), Log: slog.New(slog.DiscardHandler), Clock: clock.Fixed(now),
		Texts: texts, Pages: pages}}
	if o.Service, err = agencies.New(o.deps); err != nil {
		t.Fatal(err)
	}
	err = d.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		return o.Seed(ctx, tx, set)
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) get(path string, into any) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.ask(httptest.NewRequest(http.MethodGet, path, nil), who.Nobody(), into)
}

// people answers for whoever the test says.
type people struct{ web.Identities }

type asKey struct{}

func (people) BySession(ctx context.Context, _ string) (who.Principal, error) {
	return ctx.Value(asKey{}).(who.Principal), nil
}

func (o *office) ask(r *http.Request, by who.Principal, into any) *httptest.ResponseRecorder {
	o.t.Helper()
	front, err := web.NewFront(web.Config{Routes: o.Module().Routes, Pages: o.deps.Pages, Texts: o.deps.Texts, Log: o.deps.Log,
		Clock: o.deps.Clock, Identities: people{}})
	if err != nil {
		o.t.Fatal(err)
	}
	if by.SignedIn() {
		r = r.WithContext(context.WithValue(r.Context(), asKey{}, by))
		r.Header.Set("Authorization", "Bearer x")
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			o.t.Fatalf("%s: %v\n%s", r.URL, err, w.Body)
		}
	}
	return w
}
