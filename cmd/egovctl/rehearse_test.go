package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// rehearsed is the last line of a rehearsal.
type rehearsed struct {
	Status, From, To string
	MS               int64
	Steps            []struct {
		Name string
		MS   int64
	}
	Conflicts []struct{ Key, Field, Province, New string }
}

// The copy in which an upgrade is rehearsed.
func copyAt(p *trial.Place) string { return p.At("data", ".rehearsal") }

// A rehearsal goes the whole way of the upgrade on a copy, and nothing of the instance is another one afterwards.
func TestAnUpgradeIsRehearsedOnACopy(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	p.Install("--samples", "20")
	changed := next.Changes[slices.IndexFunc(next.Changes, func(c trial.CatalogueChange) bool { return c.Kind == "renamed" })]
	p.Operate("catalogue", "set", changed.Code, "name=Tên của tỉnh").Status(trial.Done)
	p.Operate("backup", "create").Status(trial.Done)
	before, rows, running := trial.WithoutMoves(p.Tree(), next), p.Database(), p.Processes()

	t.Run("it tells what the upgrade will take and what will have to be decided", func(t *testing.T) {
		p := p.For(t)
		var r rehearsed
		p.Operate(trial.UpgradeArgs(next, "--rehearse")...).Status(trial.Done).Result(&r)
		if r.Status != "rehearsed" || r.From != trial.Version || r.To != next.Version || r.MS == 0 {
			t.Errorf("%+v", r)
		}
		var names []string
		for _, s := range r.Steps {
			names = append(names, s.Name)
		}
		for _, want := range []string{"copy", "start", "release", "schema", "merge", "swap", "probe", "clear"} {
			if !slices.Contains(names, want) {
				t.Errorf("no time of %s: %v", want, names)
			}
		}
		if len(r.Conflicts) != 1 || !strings.Contains(r.Conflicts[0].Key, changed.Code) || r.Conflicts[0].Province != "Tên của tỉnh" || r.Conflicts[0].New != changed.To {
			t.Errorf("conflicts %+v, want the name of %s", r.Conflicts, changed.Code)
		}
		untouched(t, p, next, before, rows, running)
	})
	t.Run("what fails there fails as the upgrade would", func(t *testing.T) {
		p := p.For(t)
		luck := copyAt(p) + ".out-of-luck" // see testdata/next
		write(t, luck, "")
		defer func() { _ = os.Remove(luck) }()
		var r struct {
			Error struct{ Code, Message string }
		}
		p.Operate(trial.UpgradeArgs(next, "--rehearse")...).Status(trial.Failed).Result(&r)
		if r.Error.Code != "unavailable" || !strings.Contains(r.Error.Message, "rehearsal") {
			t.Errorf("%+v", r)
		}
		if err := os.Remove(luck); err != nil {
			t.Fatal(err)
		}
		untouched(t, p, next, before, rows, running)
	})
	t.Run("killed, the next command clears it away", func(t *testing.T) {
		p := p.For(t)
		l := p.OfInstance().Begin(trial.UpgradeArgs(next, "--rehearse")...)
		platform := filepath.Join(copyAt(p), "run", "platform.json")
		for end := time.Now().Add(trial.Limit); ; time.Sleep(20 * time.Millisecond) {
			if _, err := os.Stat(platform); err == nil {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the copy never ran")
			}
		}
		l.Signal(syscall.SIGKILL)
		l.Wait()
		if there := p.Processes(); len(there) <= len(running) {
			t.Errorf("nothing of the copy was left, so this test sees nothing: %v", there)
		}
		p.Operate("start").Status(trial.Done)
		untouched(t, p, next, before, rows, running)
	})
	moved(t, p.Upgrade(next), "upgraded", trial.Version, next.Version)
}

// untouched fails the test unless the instance is as it was, with the processes that it had, and without a copy.
func untouched(t *testing.T, p *trial.Place, next trial.Release, before trial.Tree, rows trial.Rows, running []int) {
	t.Helper()
	if _, err := os.Lstat(copyAt(p)); err == nil {
		t.Error("the copy is still there")
	}
	after := trial.WithoutMoves(p.Tree(), next)
	for _, tree := range []trial.Tree{before, after} {
		data := tree["data"]
		data.Change = "" // the copy came and went in it
		tree["data"] = data
	}
	trial.Same(t, "the tree after a rehearsal", before, after)
	sameRows(t, rows, p.Database())
	p.Runs(trial.Version)
	left := func() bool {
		return slices.ContainsFunc(p.Processes(), func(pid int) bool { return strings.Contains(commandLine(pid), copyAt(p)) })
	}
	for end := time.Now().Add(10 * time.Second); left(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("processes of the copy go on: %v", p.Processes())
			break
		}
	}
}
