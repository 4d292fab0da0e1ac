package inspect

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/module"
	"egovctl/platform/outbox"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop"
	"egovctl/platform/web"
	"egovctl/templates"
)

// Profile is the province that is inspected.
const Profile = "danang-2014"

// World is a province with everything on: the services on a database of their own, behind the real front door on a
// loopback address.
type World struct {
	DB      *dbtest.DB
	Texts   *locale.Catalog
	Pages   *web.Pages
	Offices *platform.Offices
	Routes  []web.Route
	Health  app.Health
	Set     *packaged.Set // nil in an empty world
	URL     string
	Log     *Log

	People []*Person
	Places map[string]*Place // by Home, Away, Above, Top

	client   *http.Client
	families map[string]bool // first words of message keys
}

// Streams are the migrations of every service, in their order.
func Streams(t testing.TB) []db.Stream {
	t.Helper()
	o, err := platform.Open(deps(t, nil, nil), app.Files(templates.FS, t.TempDir()), nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []db.Stream
	for _, m := range o.Modules() {
		out = append(out, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	return out
}

func deps(t testing.TB, pool *db.Pool, log *Log) module.Deps {
	t.Helper()
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	d := module.Deps{DB: pool, Clock: clock.System{}, Texts: texts, Settings: module.Settings{Instance: "inspection", Profile: Profile, Version: "0.0.0",
		PublicURL: "http://127.0.0.1", Language: locale.Vietnamese, FilingPublic: true, LocalSignIn: true, Demo: true}}
	if log != nil {
		d.Log = slog.New(log)
	}
	return d
}

// Empty opens the services on a migrated database in which nothing is.
func Empty(t testing.TB) *World {
	t.Helper()
	w := &World{DB: dbtest.New(t, Streams(t)...), Log: &Log{}, Places: map[string]*Place{}}
	w.open(t)
	return w
}

// Filled opens the services on the packaged data and that of the demonstration: accounts, people and dossiers.
func Filled(t testing.TB) *World {
	t.Helper()
	w := Empty(t)
	var err error
	if w.Set, err = packaged.Load(templates.FS, Profile); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	err = w.DB.Owner().Tx(ctx, who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		for _, m := range w.Offices.Modules() {
			if m.Seed == nil {
				continue
			}
			if err := m.Seed(ctx, tx, w.Set); err != nil {
				return err
			}
		}
		_, err := w.Offices.Identity.SeedDemo(ctx, tx, w.Set)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.Owner().Tx(ctx, who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		return w.Offices.Onestop.SeedDemo(ctx, tx, onestop.DemoInput{People: 40, Dossiers: 200, Seed: 1, Now: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.DB.Exec("analyze")
	return w
}

// Open is Filled with the background work, people in every role and a dossier at each of two agencies.
func Open(t testing.TB) *World {
	t.Helper()
	w := Filled(t)
	w.run(t)
	w.findPlaces(t)
	w.hire(t)
	w.furnish(t)
	return w
}

// open makes the services, the front door and its server.
func (w *World) open(t testing.TB) {
	t.Helper()
	d := deps(t, w.DB.App(), w.Log)
	w.Texts, w.families = d.Texts, families(d.Texts)
	var err error
	profile, err := packaged.Find(templates.FS, Profile)
	if err != nil {
		t.Fatal(err)
	}
	w.Pages, err = web.NewPages(web.PagesConfig{Shipped: templates.FS, Texts: w.Texts, Portal: web.Portal{ProvinceVI: profile.ProvinceVI,
		ProvinceEN: profile.ProvinceEN, Code: profile.Province, Domain: profile.Domain, Version: "0.0.0",
		Note: profile.Note, Demo: true}})
	if err != nil {
		t.Fatal(err)
	}
	d.Pages = w.Pages
	if w.Offices, err = platform.Open(d, app.Files(templates.FS, t.TempDir()), nil); err != nil {
		t.Fatal(err)
	}
	runner, err := jobs.New(w.DB.App(), d.Log, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Health = app.Health{DB: w.DB.App(), Modules: w.Offices.Modules(), Pages: w.Pages, Outbox: outbox.New(w.DB.App(), d.Log, nil), Jobs: runner}
	conflicts := app.Conflicts{DB: w.DB.App(), Offices: w.Offices, Pages: w.Pages}
	if err := conflicts.Declare(); err != nil {
		t.Fatal(err)
	}
	history := app.History{Pages: w.Pages, Runs: func(locale.Lang) ([]app.Run, error) {
		at := time.Now()
		return []app.Run{{Number: 1, Operation: "install", Release: "0.0.0", By: "operator:root", Started: &at, Ended: &at, MS: 1, State: "done"}}, nil
	}}
	if err := history.Declare(); err != nil {
		t.Fatal(err)
	}
	w.Routes = app.Routes(w.Offices, w.Health, conflicts, history)
	many := 1 << 30
	front, err := web.NewFront(web.Config{Routes: w.Routes, Identities: w.Offices.Identity, Pages: w.Pages, Texts: w.Texts, Log: d.Log,
		Language: locale.Vietnamese, PublicURL: d.Settings.PublicURL, Version: "0.0.0", Ready: w.DB.App().Ping,
		RatePerMinute: map[web.Rate]int{web.RateSignIn: many, web.RateTracking: many}})
	if err != nil {
		t.Fatal(err)
	}
	w.serve(t, front)
}

func (w *World) serve(t testing.TB, h http.Handler) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ctx, ln, h, 5*time.Second) }()
	w.URL = "http://" + ln.Addr().String()
	w.client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 16, DisableCompression: true}}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the front door did not close: %v", err)
		}
	})
}

// run starts the services' background work and ends it with the test.
func (w *World) run(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, m := range w.Offices.Modules() {
		if m.Run != nil {
			all.Go(func() {
				if err := m.Run(ctx); err != nil {
					t.Errorf("%s: its background work ended with %v", m.Name, err)
				}
			})
		}
	}
	t.Cleanup(func() { stop(); all.Wait() })
}

// Log keeps the lines of level error: whatever is ours to mend ends there.
type Log struct {
	mu    sync.Mutex
	lines []string
}

// Enabled says that every level is heard.
func (l *Log) Enabled(context.Context, slog.Level) bool { return true }

// WithAttrs leaves the log as it is.
func (l *Log) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup leaves the log as it is.
func (l *Log) WithGroup(string) slog.Handler { return l }

// Handle keeps an error.
func (l *Log) Handle(_ context.Context, r slog.Record) error {
	if r.Level < slog.LevelError {
		return nil
	}
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
	return nil
}

// Errors gives what was heard since the last call.
func (l *Log) Errors() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.lines
	l.lines = nil
	return out
}
