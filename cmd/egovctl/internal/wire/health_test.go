package wire

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"egovctl/platform/app"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/instance"
	"egovctl/templates"
)

// The services are asked where they run: a second set of them, in the command, knows nothing of what ails the first.
func TestTheRunningPlatformIsAskedHowItIs(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	stale := app.Finding{Code: "procedures.index", Service: "procedures", Status: health.Warn, Severity: "warning",
		Key: "procedures.health.stale", CausedBy: "postgres.reachable", MS: 3}
	seal := app.Finding{Code: "audit.sealed", Service: "audit", Status: health.Fail, Severity: "error", Key: "audit.health.unsealed",
		Args: map[string]string{"since": "09:00 09/03/2026"}}
	answering := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != app.HealthPath || r.Host != "localhost" {
			t.Errorf("asked %s of %s", r.URL.Path, r.Host)
		}
		_ = json.NewEncoder(w).Encode(app.Report{Checks: []app.Finding{stale, seal}})
	}))
	defer answering.Close()
	older := httptest.NewServer(http.NotFoundHandler())
	defer older.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()

	ready := func(s health.Status, cause string) []health.Result {
		return []health.Result{{Code: "platform.ready", Status: s, CausedBy: cause}}
	}
	for _, tc := range []struct {
		name, address string
		seen          []health.Result
		want          []health.Result
	}{
		{"what it says is told", answering.Listener.Addr().String(), ready(health.Pass, ""), []health.Result{
			{Code: "procedures.index", Service: "procedures", Status: health.Warn, Severity: "warning", Key: "procedures.health.stale", CausedBy: "postgres.reachable"},
			{Code: "audit.sealed", Service: "audit", Status: health.Fail, Severity: "error", Key: "audit.health.unsealed", Args: map[string]string{"since": "09:00 09/03/2026"}}}},
		{"while it takes no requests that is the cause", closed.Addr().String(), ready(health.Fail, ""), []health.Result{
			{Code: "platform.health", Service: "platform", Status: health.Skip, Severity: "info", Key: "check.folded", CausedBy: "platform.ready", Args: map[string]string{"cause": "platform.ready"}}}},
		{"while PostgreSQL is away that is the cause", closed.Addr().String(), ready(health.Skip, "postgres.reachable"), []health.Result{
			{Code: "platform.health", Service: "platform", Status: health.Skip, Severity: "info", Key: "check.folded", CausedBy: "postgres.reachable", Args: map[string]string{"cause": "postgres.reachable"}}}},
		{"a platform that does not know the question fails", older.Listener.Addr().String(), ready(health.Pass, ""), []health.Result{
			{Code: "platform.health", Service: "platform", Status: health.Fail, Severity: "error", Key: "check.platform.silent",
				Args: map[string]string{"address": older.Listener.Addr().String(), "why": app.HealthPath + ": 404 Not Found"}}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var site instance.Site
			site.Answers.HTTP.Listen = tc.address
			env := &Env{Texts: texts, Lang: locale.English}
			got := env.PlatformHealth(t.Context(), site, tc.seen)
			if diff := cmp.Diff(tc.want, got, cmpopts.IgnoreFields(health.Result{}, "MS")); diff != "" {
				t.Error(diff)
			}
			env.translate(got)
			for _, r := range got {
				if r.Message == "" || r.Message == r.Key || r.Status != health.Pass && r.Status != health.Skip && r.Cure == "" {
					t.Errorf("%s is told as %q, cure %q", r.Key, r.Message, r.Cure)
				}
			}
		})
	}
}
