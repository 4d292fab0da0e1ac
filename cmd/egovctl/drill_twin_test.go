//go:build drill

package main_test

import (
	"net/http"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// A journal line is durable before it is told and before its change is made.
func TestDrillTheJournalComesFirst(t *testing.T) { trial.New(t).Order() }

// The harness notices a product that breaks its promises: what passes everything else must not pass here.
func TestDrillBrokenTwinsAreNoticed(t *testing.T) {
	for _, c := range []struct {
		patch string
		check func(t testing.TB, binary string)
	}{
		{"journal-not-synced", func(t testing.TB, binary string) { trial.NewFor(t, binary).Order() }},
		{"journal-after-change", func(t testing.TB, binary string) { trial.NewFor(t, binary).Order() }},
		{"accounts-noted-first", func(t testing.TB, binary string) {
			undisturbed := trial.NewFor(t, binary)
			want := undisturbed.Reference(undisturbed.Install())
			p := trial.NewFor(t, binary)
			if !p.KillAtSyncOf("first-accounts", p.InstallArgs()...) {
				t.Logf("the file of the first accounts was never written")
				return
			}
			p.Oracle(p.Install(), want)
		}},
		{"secret-in-journal", func(t testing.TB, binary string) {
			p := trial.NewFor(t, binary)
			p.Leaks(p.Install())
		}},
	} {
		t.Run(c.patch, func(t *testing.T) {
			binary := trial.Twin(t, "testdata/twins/"+c.patch+".patch")
			said := trial.Catch(t, func(t testing.TB) { c.check(t, binary) })
			if len(said) == 0 {
				t.Fatal("the harness notices nothing")
			}
			t.Logf("noticed: %s", said[0])
		})
	}
}

// The same kill that finds the twin out does the product no harm.
func TestDrillKillWhileTheFirstAccountsAreMade(t *testing.T) {
	want, _ := reference(t)
	p := trial.New(t)
	if !p.KillAtSyncOf("first-accounts", p.InstallArgs()...) {
		t.Fatal("the file of the first accounts was never written")
	}
	p.Oracle(p.Install(), want)
}

// No process of an installation, and none that it leaves running, connects to anything but this host.
func TestDrillNothingConnectsOutside(t *testing.T) {
	p := trial.New(t)
	calls := p.Trace("connect", true, func() {
		until(t, "the portal answers", func() bool { return p.Answers("/readyz", http.StatusOK) })
		until(t, "the installation has ended", func() bool { return p.Process("install") == 0 })
		p.Anonymous().Get("/api/v1/procedures?q=ho+tich").Status(http.StatusOK)
		p.Run("health", "--no-probe").Status(trial.Done)
		p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	}, p.InstallArgs()...)
	if len(calls) < 3 {
		t.Fatalf("only %d calls were seen, nothing would be proven", len(calls))
	}
	for _, call := range trial.Outside(calls) {
		t.Errorf("connects outside: %s", call)
	}
	t.Logf("%d calls, all of them to this host", len(calls))
}
