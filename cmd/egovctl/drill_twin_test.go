//go:build drill

package main_test

import (
	"net/http"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// A journal line is durable before it is told and before its change is made.
func TestDrillTheJournalComesFirst(t *testing.T) {
	t.Parallel()
	trial.New(t).Order()
	drill.Tell(t, "every line durable before it was told and before its change")
}

// Whatever promise is broken on purpose, a test of the tree notices: ten of them in every drill, each in a long one.
func TestDrillBrokenTwinsAreNoticed(t *testing.T) {
	t.Parallel()
	noticed, of := 0, 0
	for _, b := range trial.Twins(t, twins) {
		if b.Long && !trial.Long() {
			continue
		}
		of++
		if !trial.Case(t, b.Name+" in "+b.Package, 0, func(t *testing.T) { b.Noticed(t, patchOf(b)); noticed++ }) {
			break
		}
	}
	drill.Tell(t, "%d of %d broken twins noticed", noticed, of)
}

// A kill between the accounts and the file of their passwords does no harm.
func TestDrillKillWhileTheFirstAccountsAreMade(t *testing.T) {
	t.Parallel()
	want, _ := reference(t)
	p := trial.New(t)
	if !p.KillAtSyncOf("first-accounts", p.InstallArgs()...) {
		t.Fatal("the file of the first accounts was never written")
	}
	p.Oracle(p.Install(), want)
	drill.Tell(t, "1 kill, ended whole")
}

// No process of an installation, and none that it leaves running, connects to anything but this host.
func TestDrillNothingConnectsOutside(t *testing.T) {
	t.Parallel()
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
	drill.Tell(t, "%d calls, all of them to this host", len(calls))
}
