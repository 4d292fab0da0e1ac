package enginetest

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/provisioning/engine"
)

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Inspect puts a step through what is asked of every step. fresh makes a new host and step each time; it is
// called once per subtest, and for the cuts twice per point.
//
//   - the description is complete
//   - plan is read-only, and the same when asked again
//   - apply then plan is empty; apply twice is once
//   - undo restores; undo twice is once
//   - cut at every journal line and before and after every operation on the host: a resumed run ends whole, and so does
//     an undo of what was cut
//   - no secret is in the journal
func Inspect(t *testing.T, fresh func(t *testing.T) Fixture) {
	t.Helper()
	open := func(t *testing.T) Fixture {
		t.Helper()
		f := fresh(t)
		if f.Release != nil {
			t.Cleanup(f.Release)
		}
		f.prepare(t)
		return f
	}
	t.Run("the description is complete", func(t *testing.T) { inspectInfo(t, fresh(t).Step.Info()) })
	t.Run("plan is read-only", func(t *testing.T) { inspectPlan(t, open(t)) })
	t.Run("apply then plan is empty, and apply twice is once", func(t *testing.T) { inspectApply(t, open(t)) })
	t.Run("undo restores, and undo twice is once", func(t *testing.T) { inspectUndo(t, open(t)) })
	t.Run("a cut at any point is resumed or undone", func(t *testing.T) { inspectCuts(t, open) })
}

func inspectInfo(t *testing.T, i engine.Info) {
	if !kebab.MatchString(i.Name) {
		t.Errorf("the name %q is not kebab-case", i.Name)
	}
	if i.Title == "" {
		t.Error("there is no title (a message key)")
	}
	if len(i.Touches) == 0 {
		t.Error("it does not say what it touches")
	}
	if i.Reversible == (i.Why != "") {
		t.Errorf("reversible is %v and why is %q: exactly the irreversible ones say why", i.Reversible, i.Why)
	}
}

func inspectPlan(t *testing.T, f Fixture) {
	before := f.look(t)
	first := mustPlan(t, f)
	second := mustPlan(t, f)
	if len(first) == 0 {
		t.Fatal("on a fresh host there is nothing to do: the fixture inspects nothing")
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("planned twice, the plan changed (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(before, f.look(t)); diff != "" {
		t.Errorf("plan wrote to the host (-before +after):\n%s", diff)
	}
}

func mustPlan(t *testing.T, f Fixture) []engine.Change {
	t.Helper()
	plan, err := engine.New(f.options()).Plan(context.Background(), []engine.Step{f.Step})
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return plan[0].Changes
}

func mustRun(t *testing.T, f Fixture) engine.Outcome {
	t.Helper()
	out, err := engine.New(f.options()).Run(context.Background(), "inspect", f.steps())
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	return out
}

func inspectApply(t *testing.T, f Fixture) {
	want := len(mustPlan(t, f))
	if out := mustRun(t, f); out.Changes != want {
		t.Errorf("the plan had %d changes, the run made %d", want, out.Changes)
	}
	if left := mustPlan(t, f); len(left) > 0 {
		t.Errorf("after apply the plan still has %v", left)
	}
	before := f.look(t)
	if out := mustRun(t, f); out.Changes != 0 || out.Run != 0 {
		t.Errorf("the second run made %d changes and wrote run %d", out.Changes, out.Run)
	}
	if diff := cmp.Diff(before, f.look(t)); diff != "" {
		t.Errorf("the second run touched the host (-before +after):\n%s", diff)
	}
	inspectJournal(t, f)
}

func inspectJournal(t *testing.T, f Fixture) {
	entries, err := f.Host.ReadDir(engine.FolderOf(f.Root))
	if err != nil {
		t.Fatalf("read the journal: %v", err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue // of a host that burnt
		}
		raw, err := f.Host.ReadFile(engine.FolderOf(f.Root) + "/" + e.Name())
		if err != nil {
			t.Fatalf("read the journal: %v", err)
		}
		for _, s := range f.Secrets {
			if strings.Contains(string(raw), s) {
				t.Errorf("%s holds a secret", e.Name())
			}
		}
	}
}

func inspectUndo(t *testing.T, f Fixture) {
	before := f.look(t)
	mustRun(t, f)
	out := mustUndo(t, f)
	if !f.Step.Info().Reversible {
		if len(out.Kept) == 0 {
			t.Error("an irreversible step was undone without being named as kept")
		}
		return
	}
	if diff := cmp.Diff(before, f.look(t)); diff != "" {
		t.Errorf("undo did not restore (-before +after):\n%s", diff)
	}
	if out := mustUndo(t, f); out.Changes != 0 || out.Run != 0 {
		t.Errorf("the second undo reversed %d changes and wrote run %d", out.Changes, out.Run)
	}
	reverseAgain(t, f, before)
}

// reverseAgain calls the step's own Undo once more: a run may be cut between the reversal and the line that says so.
func reverseAgain(t *testing.T, f Fixture, before map[string]string) {
	t.Helper()
	changes := mustPlan(t, f)
	for i := len(changes) - 1; i >= 0; i-- {
		var kept *engine.KeptError
		if err := f.Step.Undo(context.Background(), f.Host, changes[i]); err != nil && !errors.As(err, &kept) {
			t.Errorf("undo of %s, which is undone already: %v", changes[i].ID, err)
		}
	}
	if diff := cmp.Diff(before, f.look(t)); diff != "" {
		t.Errorf("a second undo of the same changes broke something (-before +after):\n%s", diff)
	}
}

func mustUndo(t *testing.T, f Fixture) engine.Outcome {
	t.Helper()
	out, err := engine.New(f.options()).Undo(context.Background(), "inspect-undo", []engine.Step{f.Step})
	if err != nil {
		t.Fatalf("undo: %v", err)
	}
	return out
}

func inspectCuts(t *testing.T, open func(t *testing.T) Fixture) {
	clean := open(t)
	count := &cutter{at: -1, costly: clean.Costly}
	if _, err := cutRun(clean.options(), count, clean.run); err != nil {
		t.Fatalf("run: %v", err)
	}
	if len(count.seen) == 0 {
		t.Fatal("the run passed no point at which it could be cut")
	}
	whole := clean.look(t)
	for i, point := range count.seen {
		name := strings.ReplaceAll(point, clean.Root, "ROOT")
		cutThere := func(t *testing.T, f Fixture) {
			t.Helper()
			at, err := cutRun(f.options(), &cutter{at: i, costly: f.Costly}, f.run)
			if strings.ReplaceAll(at, f.Root, "ROOT") != name {
				t.Fatalf("cut at %q instead, error %v", at, err)
			}
		}
		t.Run(name, func(t *testing.T) {
			f := open(t)
			before := f.look(t)
			cutThere(t, f)
			mustRun(t, f)
			if diff := cmp.Diff(whole, f.look(t)); diff != "" {
				t.Errorf("the resumed run ended otherwise than an undisturbed one (-undisturbed +resumed):\n%s", diff)
			}
			if run, open, err := unfinished(f); open || err != nil {
				t.Errorf("after the resumed run, run %d still counts as unfinished (%v)", run, err)
			}
			if f.Step.Info().Reversible {
				mustUndo(t, f)
				if diff := cmp.Diff(before, f.look(t)); diff != "" {
					t.Errorf("cut, resumed, undone: not restored (-before +after):\n%s", diff)
				}
			}
		})
		if !clean.Step.Info().Reversible {
			continue // there is nothing to restore
		}
		t.Run(name+", then undone", func(t *testing.T) {
			f := open(t)
			before := f.look(t)
			cutThere(t, f)
			mustUndo(t, f)
			if diff := cmp.Diff(before, f.look(t)); diff != "" {
				t.Errorf("the undo of a cut run did not restore (-before +after):\n%s", diff)
			}
		})
	}
}

// unfinished asks the journal where the fixture keeps it.
func unfinished(f Fixture) (run int, ok bool, err error) {
	r, ok, err := engine.UnfinishedOn(f.options())
	return r.Number, ok, err
}
