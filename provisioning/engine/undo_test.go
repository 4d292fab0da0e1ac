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

// What must stay is found out by the step itself, change by change: it is told once, and not told as gone.
func TestWhatAnUndoFindsMustStayIsKept(t *testing.T) {
	b := newBench(t)
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b", "c", "d"}, undo: func(id string) error {
		return map[string]error{"b": engine.Keep("test.keys"), "c": engine.Keep("test.keys"), "d": engine.Keep("")}[id]
	}}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	b.events = nil
	out, err := engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step})
	if err != nil || out.Changes != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if diff := cmp.Diff([]engine.Kept{{Step: "one", Why: "test.keys"}}, out.Kept); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	var told []string
	for _, e := range b.events {
		if e.Event == engine.UndoDone || e.Event == engine.UndoKept || e.Event == engine.StepKept {
			told = append(told, e.Event+" "+e.Change+e.Message)
		}
	}
	want := []string{"undo_kept d", "step_kept test.keys", "undo_kept ctest.keys", "undo_kept btest.keys", "undo_done a"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if out, err = engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step}); err != nil || out.Run != 0 {
		t.Errorf("undo twice: %+v, %v", out, err)
	}
}

// An instance is started many times, and there is one process to stop.
func TestWhatWasStartedOftenIsStoppedOnce(t *testing.T) {
	b := newBench(t)
	stopped := 0
	step := &notes{name: "one", root: b.root, ids: []string{"a"}, action: "start", undo: func(string) error { stopped++; return nil }}
	other := &notes{name: "two", root: b.root, ids: []string{"b"}, action: "start"}
	for range 3 {
		if _, err := b.run(t.Context(), step, other); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{step.path("a"), other.path("b")} { // it ends by itself
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	steps := []engine.Step{step, other}
	if out, err := engine.New(b.o).Undo(t.Context(), "uninstall", steps); err != nil || out.Changes != 2 || stopped != 1 {
		t.Errorf("%+v, %v: stopped %d times", out, err, stopped)
	}
	if out, err := engine.New(b.o).Undo(t.Context(), "uninstall", steps); err != nil || out.Run != 0 {
		t.Errorf("undo twice: %+v, %v", out, err)
	}
}

// The journal names places as they were. Something else may lie there by now.
func TestAMovedRootIsUndoneWhereItLiesNow(t *testing.T) {
	b := newBench(t)
	before := &notes{name: "one", root: b.root, ids: []string{"a"}}
	if _, err := b.run(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	old := b.root
	b.root, b.o.Root = old+"2", old+"2"
	if err := os.Rename(old, b.root); err != nil {
		t.Fatal(err)
	}
	another := *b
	another.root, another.o.Root = old, old
	if _, err := another.run(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	step := &notes{name: "one", root: b.root, ids: []string{"a"}}
	if out, err := engine.New(b.o).Undo(t.Context(), "uninstall", []engine.Step{step}); err != nil || out.Changes != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := os.Lstat(step.path("a")); !os.IsNotExist(err) {
		t.Error("what was moved is still there:", err)
	}
	if _, err := os.Lstat(before.path("a")); err != nil {
		t.Error("what another instance has at the old place is gone:", err)
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
