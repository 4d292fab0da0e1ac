package app_test

import (
	"bytes"
	"log/slog"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"egovctl/platform/app"
	"egovctl/platform/kernel/secret"
	"egovctl/platform/override"
	"egovctl/platform/packaged"
	"egovctl/templates"
)

// pools counts the pools of connections that are open in this process, by the goroutine that each keeps.
func pools(t *testing.T) int {
	t.Helper()
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 2); err != nil {
		t.Fatal(err)
	}
	return strings.Count(b.String(), "pgxpool.(*Pool).backgroundHealthCheck(")
}

func TestAPlatformThatCannotBeMadeLeavesNoConnections(t *testing.T) {
	profile, err := packaged.Find(templates.FS, "danang-2014")
	if err != nil {
		t.Fatal(err)
	}
	before := pools(t)
	a, err := app.New(t.Context(), app.Config{DSN: secret.New("host=/nowhere dbname=x"), Profile: profile, Templates: templates.FS,
		Local: override.Folders{Own: t.TempDir()}, Log: slog.New(slog.DiscardHandler), AuditKey: "/no/such/key"})
	if err == nil || a != nil {
		t.Fatalf("it was made without its key: %v", err)
	}
	for range 100 {
		if pools(t) <= before {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d pools are open, %d before", pools(t), before)
}
