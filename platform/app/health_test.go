package app_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/app"
	"egovctl/platform/internal/inspect"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/outbox"
	"egovctl/platform/web"
	"egovctl/templates"
)

// told is what is said of one thing.
func told(t *testing.T, h app.Health, code string) health.Result {
	t.Helper()
	for _, r := range h.Look(t.Context()) {
		if r.Code == code {
			r.MS = 0
			return r
		}
	}
	t.Fatalf("nothing is said of %s", code)
	return health.Result{}
}

func TestWhatWorksBesideTheServicesIsTold(t *testing.T) {
	w := inspect.Empty(t)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	nothing := func(context.Context) error { return nil }
	runner, err := jobs.New(w.DB.App(), log, []jobs.Job{{Name: "audit.seal", Every: time.Minute, Run: nothing}})
	if err != nil {
		t.Fatal(err)
	}
	h := app.Health{DB: w.DB.App(), Pages: w.Pages, Jobs: runner, Outbox: outbox.New(w.DB.App(), log, []outbox.Consumer{
		{Topic: "a", Name: "a", Handle: func(context.Context, pgx.Tx, outbox.Message) error { return nil }}})}
	for _, tc := range []struct {
		name, sql string
		want      health.Result
	}{
		{"no message", "", health.Result{Code: "outbox.messages", Service: "outbox", Status: health.Pass, Severity: "info", Key: "outbox.health.ok"}},
		{"a message for nobody here", `insert into platform.outbox (topic, payload, put_at) values ('x', '1', now() - interval '1 day')`,
			health.Result{Code: "outbox.messages", Service: "outbox", Status: health.Pass, Severity: "info", Key: "outbox.health.ok"}},
		{"a message that has just come", `insert into platform.outbox (topic, payload) values ('a', '1')`,
			health.Result{Code: "outbox.messages", Service: "outbox", Status: health.Pass, Severity: "info", Key: "outbox.health.ok"}},
		{"a message that waits", `insert into platform.outbox (topic, payload, put_at) values ('a', '1', '2026-03-09 02:00Z')`,
			health.Result{Code: "outbox.messages", Service: "outbox", Status: health.Warn, Severity: "warning", Key: "outbox.health.late",
				Args: map[string]string{"n": "2", "since": "09:00 09/03/2026"}}},
		{"a message put aside", `insert into platform.outbox (topic, payload, dead_at) values ('a', '1', now())`,
			health.Result{Code: "outbox.messages", Service: "outbox", Status: health.Warn, Severity: "warning", Key: "outbox.health.dead", Args: map[string]string{"n": "1"}}},

		{"no job has run", "", health.Result{Code: "jobs.running", Service: "jobs", Status: health.Pass, Severity: "info", Key: "jobs.health.ok"}},
		{"a job of another release fails", `insert into platform.job (name, started_at, failures, error) values ('gone', now(), 9, 'x')`,
			health.Result{Code: "jobs.running", Service: "jobs", Status: health.Pass, Severity: "info", Key: "jobs.health.ok"}},
		{"a job failed once", `insert into platform.job (name, started_at, failures, error) values ('audit.seal', now(), 1, 'unavailable db.unreachable')`,
			health.Result{Code: "jobs.running", Service: "jobs", Status: health.Pass, Severity: "info", Key: "jobs.health.ok"}},
		{"a job fails", `update platform.job set failures = 3, error = 'finding audit.key' where name = 'audit.seal'`,
			health.Result{Code: "jobs.running", Service: "jobs", Status: health.Warn, Severity: "warning", Key: "jobs.health.failing",
				Args: map[string]string{"jobs": "audit.seal (3×, finding audit.key)"}}},

		{"nothing to seal", "", health.Result{Code: "audit.sealed", Service: "audit", Status: health.Pass, Severity: "info", Key: "audit.health.ok"}},
		{"a row of this minute", `insert into platform.audit (kind, service, action) values ('system', 'x', 'y')`,
			health.Result{Code: "audit.sealed", Service: "audit", Status: health.Pass, Severity: "info", Key: "audit.health.ok"}},
		{"a row that was never sealed", `insert into platform.audit (at, kind, service, action) values ('2026-03-09 02:00Z', 'system', 'x', 'y')`,
			health.Result{Code: "audit.sealed", Service: "audit", Status: health.Fail, Severity: "error", Key: "audit.health.unsealed", Args: map[string]string{"since": "09:00 09/03/2026"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.sql != "" {
				w.DB.Exec(tc.sql)
			}
			got := told(t, h, tc.want.Code)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			for _, f := range w.Told([]health.Result{got}) {
				t.Error(f)
			}
		})
	}
}

func TestWhatHadToWaitForThePlatformIsNotLate(t *testing.T) {
	w := inspect.Empty(t)
	w.DB.Exec(`insert into platform.audit (at, kind, service, action) values ('2026-03-09 02:00Z', 'system', 'x', 'y')`)
	h := w.Health
	for began, want := range map[time.Duration]health.Status{0: health.Pass, -30 * time.Minute: health.Warn, -2 * time.Hour: health.Fail} {
		h.Since = time.Now().Add(began)
		if r := told(t, h, "audit.sealed"); r.Status != want {
			t.Errorf("began %v ago: %s", -began, r.Status)
		}
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	w := inspect.Empty(t)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	results := w.Health.Look(gone)
	for _, f := range w.Told(results) {
		t.Error(f)
	}
	for _, r := range results {
		if r.Service == "outbox" || r.Service == "jobs" || r.Service == "audit" {
			if r.Status != health.Fail || r.CausedBy != "postgres.reachable" {
				t.Errorf("%+v", r)
			}
		}
	}
}

func TestAnOverrideThatIsPutAsideIsTold(t *testing.T) {
	w := inspect.Empty(t)
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "portals/site"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "portals/site/home.html"), []byte("{{broken"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := w.Health
	var err error
	if h.Pages, err = web.NewPages(web.PagesConfig{Shipped: templates.FS, Local: os.DirFS(dir), Texts: w.Texts}); err != nil {
		t.Fatal(err)
	}
	found := h.Pages.Findings()
	if len(found) != 1 {
		t.Fatalf("the file is not refused: %+v", found)
	}
	if r := told(t, h, found[0].Code); r.Status != health.Warn && r.Status != health.Fail {
		t.Errorf("%+v", r)
	}
}

// What is wrong with an instance is nobody's but its operator's.
func TestOnlyThisHostIsToldHowThePlatformIs(t *testing.T) {
	w := inspect.Empty(t)
	for _, c := range []struct {
		name, from, host string
		at               string // the address at which it came in
		header           string
		told             bool
	}{
		{"a program here", "127.0.0.1:4000", "localhost:8080", "127.0.0.1", "", true},
		{"a program here, by number, over IPv6", "[::1]:4000", "[::1]:8080", "::1", "", true},
		{"a program here, at an address that is not loopback", "10.0.0.5:4000", "localhost", "10.0.0.5", "", true},
		{"a page in a browser here, by a name of its own", "127.0.0.1:4000", "rebound.example", "127.0.0.1", "", false},
		{"by the public name", "127.0.0.1:4000", "dichvu.danang.example", "127.0.0.1", "", false},
		{"through a proxy here", "127.0.0.1:4000", "localhost", "127.0.0.1", "X-Forwarded-For", false},
		{"through another proxy here", "127.0.0.1:4000", "localhost", "127.0.0.1", "Forwarded", false},
		{"from elsewhere", "203.0.113.7:4000", "localhost", "10.0.0.5", "", false},
	} {
		r := httptest.NewRequest(http.MethodGet, app.HealthPath, nil)
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.ParseIP(c.at), Port: 8080}))
		r.RemoteAddr, r.Host = c.from, c.host
		if c.header != "" {
			r.Header.Set(c.header, "203.0.113.7")
		}
		a := httptest.NewRecorder()
		err := w.Health.Route().Handler(a, r)
		if c.told && (err != nil || a.Code != http.StatusOK) || !c.told && (!fault.Is(err, fault.NotFound) || a.Body.Len() > 0) {
			t.Errorf("%s: %d, %v", c.name, a.Code, err)
		}
	}
}
