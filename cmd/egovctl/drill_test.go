package main_test

import (
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// The short drill: one installation is killed from outside (SIGKILL) at every kind of journal line, one after the other,
// and ends whole all the same; then its uninstallation is, and nothing is left. `make drill` does each kill alone.
func TestDrillInShort(t *testing.T) {
	undisturbed := trial.New(t)
	l := undisturbed.Begin(undisturbed.InstallArgs()...)
	var all []trial.Event
	for e := range l.Events {
		all = append(all, e)
	}
	l.Wait().Status(trial.Done)
	want := undisturbed.Reference(undisturbed.Install())
	kinds := trial.Kinds(all)
	if len(kinds) < 40 {
		t.Fatalf("only %d kinds of journal lines: %v", len(kinds), kinds)
	}

	p := trial.New(t)
	killed := p.KillAtEach(kinds, p.InstallArgs()...)
	if len(killed) < 15 {
		t.Errorf("only %d kills", len(killed))
	}
	t.Logf("killed %d times: %v", len(killed), killed)
	p.Oracle(p.Install(), want)

	t.Run("a killed postmaster and a killed platform are back within seconds", func(t *testing.T) { comesBack(t, p) })
	t.Run("an uninstallation killed at every kind of line ends with nothing left", func(t *testing.T) {
		p := p.For(t)
		var kinds []string
		for _, step := range []string{"platform", "accounts", "seed", "schema", "database", "server", "cluster", "release", "answers", "layout", "account"} {
			kinds = append(kinds, "undo_started "+step, "undo_done "+step)
		}
		uninstall := []string{"uninstall", "--purge-data", "--yes", "-o", "json"}
		killed := p.KillAtEach(kinds, uninstall...)
		if len(killed) < 8 {
			t.Errorf("only %d kills", len(killed))
		}
		t.Logf("killed %d times: %v", len(killed), killed)
		p.Gone()
	})
}

// comesBack kills what the supervisor must start again.
func comesBack(t *testing.T, p *trial.Place) {
	p = p.For(t)
	for _, word := range []string{"serve", "-D"} {
		began := time.Now()
		killed(t, p, word)
		isBack(t, p, word)
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s: back after %s only", word, took)
		}
	}
	if h := p.Health("--no-probe"); h.Status != "healthy" {
		t.Errorf("%+v", h)
	}
	p.Amcheck()
	p.Checksums()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(trial.Limit); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %s: %s", trial.Limit, what)
}
