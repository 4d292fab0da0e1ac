package engine_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
)

func TestARunJournalsEveryChangeBeforeAndAfter(t *testing.T) {
	b := newBench(t)
	out, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a", "b"}}, &notes{name: "two", root: b.root, ids: []string{"c"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"run_started", "step_planned one", "change_started one a", "change_done one a", "change_started one b",
		"change_done one b", "step_done one", "step_planned two", "change_started two c", "change_done two c", "step_done two", "run_done"}
	if diff := cmp.Diff(want, b.journaled()); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	if out.Changes != 3 || len(out.Steps) != 2 || out.Steps[0].Changes != 2 || out.Run != 1 {
		t.Errorf("outcome %+v", out)
	}
	runs := b.history(t)
	if len(runs) != 1 || runs[0].State != engine.Done || runs[0].Release != "1.0.0" || runs[0].Changes != 3 {
		t.Errorf("history %+v", runs)
	}
	var got []string
	for _, l := range runs[0].Lines {
		got = append(got, l.Event)
	}
	if len(got) != len(want) {
		t.Errorf("%d events were told as journaled, %d are in the file", len(want), len(got))
	}
	if diff := cmp.Diff([]string{"0001-install.jsonl", "lock"}, names(t, engine.FolderOf(b.root))); diff != "" {
		t.Errorf("the journal's folder (-want +got):\n%s", diff)
	}
}

func TestASecondRunChangesNothing(t *testing.T) {
	b := newBench(t)
	step := &notes{name: "one", root: b.root, ids: []string{"a"}}
	if _, err := b.run(t.Context(), step); err != nil {
		t.Fatal(err)
	}
	b.events = nil
	out, err := b.run(t.Context(), step)
	if err != nil || out.Changes != 0 || out.Run != 0 || len(b.journaled()) != 0 {
		t.Errorf("outcome %+v, journaled %v, error %v", out, b.journaled(), err)
	}
	if len(b.history(t)) != 1 {
		t.Error("a run with nothing to do wrote a journal")
	}
}

func TestARunThatCannotBeginLeavesNothing(t *testing.T) {
	refuse := fault.New(fault.Finding, "test.port")
	for name, step := range map[string]engine.Step{
		"the first plan finds a hindrance": planner{err: refuse},
		"there is nothing to do":           planner{},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			_, err := b.run(t.Context(), step)
			if want := step.(planner).err; want != nil && !errors.Is(err, refuse) {
				t.Errorf("got %v, want the cause's own fault", err)
			}
			if _, err := os.Lstat(b.root); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("ROOT is there: %v", err)
			}
		})
	}
}

// planner is a step that only plans.
type planner struct{ err error }

func (planner) Info() engine.Info                                              { return engine.Info{Name: "planner"} }
func (p planner) Plan(context.Context, engine.Reader) ([]engine.Change, error) { return nil, p.err }
func (p planner) Apply(context.Context, engine.Host, engine.Change, engine.Progress) error {
	return nil
}
func (p planner) Undo(context.Context, engine.Host, engine.Change) error { return nil }

func TestAFailureAfterTheFirstChangeIsPartialAndTheNextRunResumes(t *testing.T) {
	b := newBench(t)
	broken := true
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b", "c"}, apply: func(_ context.Context, id string) error {
		if id == "b" && broken {
			return fault.New(fault.Unavailable, "test.gone")
		}
		return nil
	}}
	_, err := b.run(t.Context(), step)
	wantCode(t, err, fault.Partial, "engine.partial")
	if cause := fault.From(errors.Unwrap(err)); cause.Key != "test.gone" {
		t.Errorf("the cause is %v", cause)
	}
	if run, ok, err := engine.Unfinished(b.root); !ok || run.State != engine.Failed || err != nil {
		t.Errorf("unfinished: %v %v %v", run.State, ok, err)
	}
	broken = false
	out, err := b.run(t.Context(), step)
	if err != nil || !out.Resumed || out.Changes != 2 {
		t.Errorf("resumed: %+v, %v", out, err)
	}
	if _, ok, _ := engine.Unfinished(b.root); ok {
		t.Error("the resumed run left the first one unfinished")
	}
}

func TestAnotherOperationDoesNotEndAnUnfinishedOne(t *testing.T) {
	b := newBench(t)
	bad := &notes{name: "one", root: b.root, ids: []string{"a"}, apply: func(context.Context, string) error { return errors.New("no") }}
	_, err := engine.New(b.o).Run(t.Context(), "upgrade", []engine.Step{bad})
	wantCode(t, err, fault.Partial, "engine.partial")
	if _, err := engine.New(b.o).Run(t.Context(), "start", []engine.Step{&notes{name: "two", root: b.root, ids: []string{"x"}}}); err != nil {
		t.Fatal(err)
	}
	if run, ok, _ := engine.Unfinished(b.root); !ok || run.Operation != "upgrade" {
		t.Errorf("unfinished is %v %q, want the upgrade", ok, run.Operation)
	}
}

func TestAnInterruptionFinishesTheCurrentChange(t *testing.T) {
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	step := &notes{name: "one", root: b.root, ids: []string{"a", "b"}, apply: func(work context.Context, _ string) error {
		cancel()
		return work.Err() // the change's own context must not have ended
	}}
	_, err := b.run(ctx, step)
	wantCode(t, err, fault.Interrupted, "engine.interrupted")
	want := []string{"run_started", "step_planned one", "change_started one a", "change_done one a", "run_stopped"}
	if diff := cmp.Diff(want, b.journaled()); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
	out, err := b.run(t.Context(), step)
	if err != nil || !out.Resumed || out.Changes != 1 {
		t.Errorf("resumed: %+v, %v", out, err)
	}
}

func TestAStepThatStillFindsSomethingIsADefect(t *testing.T) {
	b := newBench(t)
	_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a", "b"}, forget: true})
	wantCode(t, err, fault.Partial, "engine.partial")
	f := fault.From(errors.Unwrap(err))
	if f.Key != "engine.step.remains" || f.Code != fault.Internal || !strings.Contains(f.Args["remains"], "one-b") {
		t.Errorf("cause %v", f)
	}
}

func TestADryRunWritesNothingAndKnowsWhatComesAfter(t *testing.T) {
	b := newBench(t)
	steps := []engine.Step{
		&notes{name: "first", root: b.root, ids: []string{"a"}},
		&notes{name: "later", root: b.root, ids: []string{"b", "c"}, before: "first-a"},
	}
	plan, err := engine.New(b.o).Plan(t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Planned{
		{Step: "first", Title: "test.first", Changes: []engine.Change{{ID: "a", Action: "create", Target: b.root + "/first-a"}}},
		{Step: "later", Title: "test.later", After: "first", Changes: []engine.Change{{ID: "b", Action: "create", Target: b.root + "/later-b"}}},
	}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if _, err := os.Lstat(b.root); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the dry run made ROOT: %v", err)
	}
	if len(b.events) != 0 {
		t.Errorf("the dry run told events: %v", b.events)
	}
	if _, err := b.run(t.Context(), steps...); err != nil {
		t.Fatal(err)
	}
	plan, err = engine.New(b.o).Plan(t.Context(), steps)
	if n, more := engine.Pending(plan); n != 0 || more || err != nil {
		t.Errorf("after the run the plan has %d changes, more %v, error %v", n, more, err)
	}
}

func TestAStepThatWaitsForNothingIsADefect(t *testing.T) {
	b := newBench(t)
	later := &notes{name: "later", root: b.root, ids: []string{"b"}, before: "first-a"}
	_, err := engine.New(b.o).Plan(t.Context(), []engine.Step{later})
	wantCode(t, err, fault.Internal, "engine.step.before")
	_, err = b.run(t.Context(), later)
	wantCode(t, err, fault.Internal, "engine.step.before")
}

func TestRetries(t *testing.T) {
	twice := func(i *engine.Info) { i.Retries = 2 }
	cases := []struct {
		name  string
		fails []error
		tries int
		code  fault.Code
	}{
		{"a change that fails twice is done at the third try", []error{errors.New("x"), errors.New("x")}, 3, ""},
		{"after the last try the failure stands", []error{errors.New("x"), errors.New("x"), errors.New("x")}, 3, fault.Partial},
		{"a finding is not tried again", []error{fault.New(fault.Finding, "test.disk")}, 1, fault.Partial},
		{"a failed fsync is never tried again", []error{&disk.SyncError{Path: "/x", Err: syscall.EIO}}, 1, fault.Partial},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			var waits []time.Duration
			b.o.Pause = func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }
			tries := 0
			_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a"}, info: twice, apply: func(context.Context, string) error {
				if tries++; tries <= len(c.fails) {
					return c.fails[tries-1]
				}
				return nil
			}})
			if fault.CodeOf(err) != c.code || tries != c.tries || len(waits) != tries-1 {
				t.Errorf("%d tries, waits %v, error %v", tries, waits, err)
			}
			for i := 1; i < len(waits); i++ {
				if waits[i] != 2*waits[i-1] {
					t.Errorf("the waits %v do not double", waits)
				}
			}
		})
	}
}

func TestATimeLimitEndsOneTry(t *testing.T) {
	b := newBench(t)
	_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a"},
		info:  func(i *engine.Info) { i.Timeout = 20 * time.Millisecond },
		apply: func(ctx context.Context, _ string) error { <-ctx.Done(); return ctx.Err() }})
	if f := fault.From(errors.Unwrap(err)); f.Key != "engine.timeout" {
		t.Errorf("got %v", err)
	}
}

func TestASecretIsRefusedBeforeItIsWritten(t *testing.T) {
	canary := "tối-mật-4711-<&>"
	for name, c := range map[string]engine.Change{
		"by its content":     {ID: "a", Action: "create", Target: "role with " + canary},
		"by a telling name":  {ID: "a", Action: "create", Target: "role", Detail: map[string]string{"db_password": "x"}},
		"hidden in a detail": {ID: "a", Action: "create", Target: "role", Detail: map[string]string{"before": "scram " + canary}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.o.Secrets = func() []secret.String { return []secret.String{secret.New(canary)} }
			_, err := b.run(t.Context(), fixed{c})
			wantCode(t, err, fault.Internal, "engine.secret")
			if _, err := os.Lstat(b.root); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was written: %v", err)
			}
		})
	}
	t.Run("in the text of a failure it is masked", func(t *testing.T) {
		b := newBench(t)
		b.o.Secrets = func() []secret.String { return []secret.String{secret.New(canary)} }
		_, err := b.run(t.Context(), &notes{name: "one", root: b.root, ids: []string{"a"}, apply: func(context.Context, string) error {
			return errors.New("connect postgres://egov_owner:hunter22@h/db password=" + canary + ": refused")
		}})
		wantCode(t, err, fault.Partial, "engine.partial")
		raw, err := os.ReadFile(filepath.Join(engine.FolderOf(b.root), "0001-install.jsonl"))
		if err != nil || strings.Contains(string(raw), canary) || strings.Contains(string(raw), "hunter22") {
			t.Errorf("the journal says %s (%v)", raw, err)
		}
	})
}

// fixed is a step with one change.
type fixed struct{ c engine.Change }

func (fixed) Info() engine.Info { return engine.Info{Name: "fixed"} }
func (f fixed) Plan(context.Context, engine.Reader) ([]engine.Change, error) {
	return []engine.Change{f.c}, nil
}
func (fixed) Apply(context.Context, engine.Host, engine.Change, engine.Progress) error { return nil }
func (fixed) Undo(context.Context, engine.Host, engine.Change) error                   { return nil }

func TestProgressIsThrottledAndNotJournaled(t *testing.T) {
	b := newBench(t)
	if _, err := b.run(t.Context(), chatty{fixed{engine.Change{ID: "a", Action: "run", Target: "copy"}}}); err == nil {
		t.Fatal("a step that always plans passed")
	}
	told := 0
	var last engine.Event
	for _, e := range b.events {
		if e.Event == engine.StepProgress {
			told, last = told+1, e
			if e.Seq != 0 {
				t.Error("progress was journaled")
			}
		}
	}
	if told < 1 || told > 5 || last.Done != 10_000 || last.Total != 10_000 || last.Unit != "rows" {
		t.Errorf("%d of 10000 reports were told, the last %+v", told, last)
	}
}

type chatty struct{ fixed }

func (chatty) Apply(_ context.Context, _ engine.Host, _ engine.Change, say engine.Progress) error {
	for i := range int64(10_000) {
		say(i+1, 10_000, "rows")
	}
	return nil
}

func TestTheJournalFollowsTheOwnerOfItsFolder(t *testing.T) {
	b := newBench(t)
	uid := os.Getuid()
	if uid == 0 {
		uid = 65534
	}
	give := &notes{name: "layout", root: b.root, ids: []string{"a"}, apply: func(context.Context, string) error {
		return b.o.Host.Chown(engine.FolderOf(b.root), uid, uid)
	}}
	for _, id := range []string{"b", "c"} {
		if _, err := b.run(t.Context(), give, &notes{name: "later", root: b.root, ids: []string{id}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range names(t, engine.FolderOf(b.root)) {
		fi, err := b.o.Host.Stat(filepath.Join(engine.FolderOf(b.root), name))
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := b.o.Host.Owner(filepath.Join(engine.FolderOf(b.root), name)); err != nil || got != uid || fi.Mode().Perm() != 0o640 {
			t.Errorf("%s belongs to %d with mode %v, want %d and 0640 (%v)", name, got, fi.Mode(), uid, err)
		}
	}
}
