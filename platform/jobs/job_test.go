package jobs

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
)

func runner(t *testing.T, d *dbtest.DB, jobs ...Job) *Runner {
	t.Helper()
	r, err := New(d.App(), slog.New(slog.NewTextHandler(io.Discard, nil)), jobs)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func run(t *testing.T, d *dbtest.DB, nodes int, lasting time.Duration, jobs ...Job) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), lasting)
	defer cancel()
	var all sync.WaitGroup
	for range nodes {
		r := runner(t, d, jobs...)
		all.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestAJobRunsOnceAnIntervalOverAllNodes(t *testing.T) {
	d := dbtest.New(t)
	var runs, at, most atomic.Int64
	run(t, d, 3, 1500*time.Millisecond, Job{Name: "a", Every: 400 * time.Millisecond, Run: func(context.Context) error {
		most.Store(max(most.Load(), at.Add(1)))
		defer at.Add(-1)
		runs.Add(1)
		time.Sleep(20 * time.Millisecond)
		return nil
	}})
	if n := runs.Load(); n < 2 || n > 5 || most.Load() != 1 {
		t.Errorf("%d runs, %d at once", n, most.Load())
	}
}

func TestARestartDoesNotRunItAgainBeforeItsTime(t *testing.T) {
	d := dbtest.New(t)
	var runs atomic.Int64
	job := Job{Name: "a", Every: time.Hour, Run: func(context.Context) error { runs.Add(1); return nil }}
	run(t, d, 1, 150*time.Millisecond, job)
	run(t, d, 2, 150*time.Millisecond, job)
	if runs.Load() != 1 {
		t.Errorf("%d runs", runs.Load())
	}
}

func TestFailuresAndPanicsAreCountedAndForgotten(t *testing.T) {
	d := dbtest.New(t)
	fail := errors.New("097201000123 is not to be stored")
	r := runner(t, d, Job{Name: "a", Every: time.Minute, Run: func(context.Context) error { return nil }})
	d.Exec("insert into platform.job (name, started_at, failures) values ('of another release', now(), 5)")
	step := func(f func(context.Context) error) State {
		t.Helper()
		d.Exec("update platform.job set started_at = started_at - interval '1 day'")
		_, _ = r.once(t.Context(), Job{Name: "a", Every: time.Minute, Run: f})
		all, err := r.States(t.Context())
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		return all[0]
	}
	var got []State
	got = append(got, step(func(context.Context) error { return fail }),
		step(func(context.Context) error { panic("x") }),
		step(func(context.Context) error { return nil }))
	want := []State{{Name: "a", Failures: 1, Error: "unavailable db.unreachable"}, {Name: "a", Failures: 2, Error: "internal internal"}, {Name: "a"}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(State{}, "StartedAt", "DoneAt")); diff != "" {
		t.Error(diff)
	}
}

func TestStoppingWaitsForTheJobThatRuns(t *testing.T) {
	d := dbtest.New(t)
	var ended atomic.Bool
	run(t, d, 1, 300*time.Millisecond, Job{Name: "a", Every: time.Hour, Run: func(ctx context.Context) error {
		<-ctx.Done()
		time.Sleep(50 * time.Millisecond)
		ended.Store(true)
		return nil
	}})
	if !ended.Load() {
		t.Error("it was left behind")
	}
	if got := d.Text("select done_at is not null and error = '' from platform.job"); got != "true" {
		t.Errorf("its end is not written down: %s", got)
	}
}

func TestAKilledNodeHoldsNothingUp(t *testing.T) {
	d := dbtest.New(t)
	super, err := pgx.Connect(t.Context(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = super.Close(context.Background()) }()
	r, ctx := runner(t, d), t.Context()
	cut := Job{Name: "a", Every: time.Hour, Run: func(context.Context) error {
		_, err := super.Exec(ctx, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'egov_app' and datname = current_database()")
		return err
	}}
	if _, err := r.once(ctx, cut); err != nil {
		t.Log("the cut:", err)
	}
	d.App().Raw().Reset()
	d.Exec("update platform.job set done_at = null") // as a killed process would leave it
	if wait, err := r.once(ctx, cut); err != nil || wait <= 0 || wait > time.Minute {
		t.Errorf("a cut run is due in %v, %v", wait, err)
	}
	d.Exec("update platform.job set started_at = started_at - interval '2 minutes'")
	ran := false
	cut.Run = func(context.Context) error { ran = true; return nil }
	if _, err := r.once(ctx, cut); err != nil || !ran {
		t.Errorf("ran %v, %v", ran, err)
	}
}

func TestABadDeclarationIsRefused(t *testing.T) {
	ok := Job{Name: "a", Every: time.Second, Run: func(context.Context) error { return nil }}
	for name, jobs := range map[string][]Job{
		"no name":      {{Every: ok.Every, Run: ok.Run}},
		"no work":      {{Name: "a", Every: ok.Every}},
		"no interval":  {{Name: "a", Run: ok.Run}},
		"a name twice": {ok, ok},
	} {
		if _, err := New(nil, nil, jobs); !fault.Is(err, fault.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
