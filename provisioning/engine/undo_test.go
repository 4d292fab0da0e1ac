package engine_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

func TestUndoGoesBackInReverseOrderOverAllRuns(t *testing.T) {
	b := newBench(t)
	var undone []string
	step := func(name string, ids ...string) *notes {
		return &notes{name: name, root: b.root, ids: ids, undo: func(id string) error { undone = append(undone, name+id); return nil }}
	}
	for _, steps := range [][]engine.Step{{step("one", "a", "b"), step("two", "c")}, {step("one", "a", "b", "d")}} {
		if _, err := b.run(t.Context(), steps...); err != nil {
			t.Fatal(err)
		}
	}
	other := step("other", "x")
	if _, err := b.run(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	steps := []engine.Step{step("one"), step("two")}
	out, err := engine.New(b.o).Undo(t.Context(), "uninstall", steps)
	if err != nil || out.Changes != 4 {
		t.Fatalf("%+v, %v", out, err)
	}
	if diff := cmp.Diff([]string{"oned", "twoc", "oneb", "onea"}, undone); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if _, err := os.Lstat(other.path("x")); err != nil {
		t.Errorf("a step that was not in the list was undone: %v", err)
	}
	undone = nil
	if out, err = engine.New(b.o).Undo(t.Context(), "uninstall", steps); err != nil || out.Changes != 0 || out.Run != 0 || len(undone) != 0 {
		t.Errorf("undo twice: %+v, %v, %v", out, undone, err)
	}
}

func TestAnUndoThatFailsStopsAndIsResumed(t *testing.T) {
	b := newBench(t)
	stuck := true
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b", "c"}, undo: func(id string) error {
		if id == "b" && stuck {
			return errors.New("still in use")
		}
		return nil
	}}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	out, err := engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step})
	wantCode(t, err, fault.Partial, "engine.partial")
	if _, err := os.Lstat(step.path("a")); err != nil || out.Changes != 1 {
		t.Errorf("what lies below the failed reversal was torn away: %v, %+v", err, out)
	}
	stuck = false
	if out, err = engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step}); err != nil || out.Changes != 2 {
		t.Errorf("resumed: %+v, %v", out, err)
	}
}

func TestAnInterruptedUndoFinishesTheReversalUnderWay(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b"}, undo: func(string) error { cancel(); return nil }}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	out, err := engine.New(b.o).Undo(ctx, "uninstall", []engine.Step{step})
	wantCode(t, err, fault.Interrupted, "engine.interrupted")
	if out.Changes != 1 {
		t.Errorf("%d reversals were finished, want the one under way", out.Changes)
	}
}

func TestTheUndoPolicyPutsBackThisRunAndThoseItResumes(t *testing.T) {
	b := newBench(t)
	bad := map[string]bool{"b": true}
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b"}, apply: func(_ context.Context, id string) error {
		if bad[id] {
			return fault.New(fault.Unavailable, "test.gone")
		}
		return nil
	}}
	_, err := b.run(t.Context(), step) // leaves a
	wantCode(t, err, fault.Partial, "engine.partial")
	b.o.OnFailure = engine.Undo
	out, err := b.run(t.Context(), step)
	wantCode(t, err, fault.Unavailable, "test.gone")
	if !out.Undone {
		t.Errorf("outcome %+v", out)
	}
	if diff := cmp.Diff([]string{"journal"}, names(t, b.root)); diff != "" {
		t.Errorf("ROOT (-want +got):\n%s", diff)
	}
	if run, ok, _ := engine.Unfinished(b.root); ok {
		t.Errorf("run %d counts as unfinished", run.Number)
	}
	bad = nil
	if out, err = b.run(t.Context(), step); err != nil || out.Changes != 2 || out.Resumed {
		t.Errorf("the next run: %+v, %v", out, err)
	}
}

func TestWhatCannotBeUndoneIsNamedAndKept(t *testing.T) {
	b := newBench(t)
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b"}, info: func(i *engine.Info) { i.Reversible, i.Why = false, "test.data" }}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	out, err := engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step})
	if err != nil || out.Changes != 0 {
		t.Fatalf("%+v, %v", out, err)
	}
	if diff := cmp.Diff([]engine.Kept{{Step: "one", Why: "test.data"}}, out.Kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestEraseTakesTheJournalAndAnEmptyRoot(t *testing.T) {
	b := newBench(t)
	step := &notes{name: "one", root: b.root, ids: []string{"a"}}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	if err := engine.Erase(b.o); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"one-a"}, names(t, b.root)); diff != "" {
		t.Errorf("ROOT with data (-want +got):\n%s", diff)
	}
	if _, err := b.run(t.Context(), &notes{name: "two", root: b.root, ids: []string{"b"}}); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"one-a", "two-b"} {
		if err := os.Remove(b.root + "/" + f); err != nil {
			t.Fatal(err)
		}
	}
	if err := engine.Erase(b.o); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(b.root); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ROOT is still there: %v", err)
	}
	if _, err := engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step}); !fault.Is(err, fault.NotInstalled) {
		t.Errorf("undo without a journal: %v", err)
	}
}
