//go:build drill

package main_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// What works for an upgrade is killed in a migration, in the merge and in a batch of the backfill. Each time a transaction of
// ours holds what it needs, so that it is in the middle when the blow falls. The next run ends whole.
func TestDrillKillOfWhatWorksForAnUpgrade(t *testing.T) {
	t.Parallel()
	for name, strike := range map[string]func(t *testing.T, p *trial.Place, worker int){
		"a backend of PostgreSQL": func(t *testing.T, _ *trial.Place, worker int) { kill(t, worker) },
		"the postmaster":          func(t *testing.T, p *trial.Place, _ int) { kill(t, p.Process("-D")) },
		"the checkpointer": func(t *testing.T, p *trial.Place, _ int) {
			kill(t, asked[int](t, p, `select pid from pg_stat_activity where backend_type = 'checkpointer'`))
		},
	} {
		trial.Case(t, name, 0, func(t *testing.T) {
			v := setOut(t)
			v.file(2)
			v.struck(t, "the migration", "lock table onestop.dossier_person in access share mode", strike)
			v.struck(t, "the merge", "select from procedures.procedure where code = '"+v.next.Changes[0].Code+"' for update", strike)
			v.backfillStruck(t, strike)
			v.there(t, v.next.Version)
			v.there(t, trial.Version)
			counts := v.end(t, true)
			drill.Tell(t, "killed in the migration, in the merge, in a batch of the backfill; %d acknowledged, 0 lost; %d requests met nobody",
				counts[trial.Acknowledged], counts[trial.Unknown])
		})
	}
}

// The platform and its supervisor are killed while the platforms change over.
func TestDrillKillOfWhatRunsDuringAMove(t *testing.T) {
	t.Parallel()
	v := setOut(t)
	v.file(2)
	v.there(t, v.next.Version)
	v.there(t, trial.Version)
	blows := 0
	for _, word := range []string{"serve", "supervise"} {
		for _, at := range []string{"upgrade: change_started swap", "upgrade: change_done swap"} {
			trial.Case(t, word+" at "+at, 0, func(t *testing.T) {
				p := v.p.For(t)
				l := p.OfInstance().Begin(v.up()...)
				if _, came := l.Until(func(e trial.Event) bool { return e.Line() == at }); !came {
					t.Fatalf("no %s", at)
				}
				kill(t, p.Process(word))
				o := l.Wait()
				t.Logf("exit %d, current is %s", o.Exit, p.Current())
				p.Operate("start", "--yes").Status(trial.Done)
				v.there(t, v.next.Version)
				v.there(t, trial.Version)
				blows++
			})
		}
	}
	counts := v.end(t, true)
	drill.Tell(t, "%d blows at platform and supervisor; %d acknowledged, 0 lost; %d requests met nobody", blows, counts[trial.Acknowledged], counts[trial.Unknown])
}

// struck lets an upgrade run into a lock of ours, strikes, and brings the instance to its feet again.
func (v *travels) struck(t *testing.T, what, held string, strike func(t *testing.T, p *trial.Place, worker int)) {
	t.Helper()
	p := v.p.For(t)
	h := hold(t, p, held)
	l := p.OfInstance().Begin(v.up()...)
	strike(t, p, h.waits(t, p, what))
	h.let()
	o := l.Wait()
	t.Logf("%s: exit %d, current is %s", what, o.Exit, p.Current())
	p.Operate("start", "--yes").Status(trial.Done)
}

// backfillStruck strikes while the platform of the next release brings old rows to their new form.
func (v *travels) backfillStruck(t *testing.T, strike func(t *testing.T, p *trial.Place, worker int)) {
	t.Helper()
	p := v.p.For(t)
	l := p.OfInstance().Begin(v.up()...)
	if _, came := l.Until(func(e trial.Event) bool { return e.Line() == "upgrade: change_started swap" }); !came {
		t.Fatalf("no exchange: %+v", l.Wait())
	}
	l.Signal(syscall.SIGSTOP)
	h := hold(t, p, "select from onestop.dossier_person where street is null for update")
	l.Signal(syscall.SIGCONT)
	l.Wait().Status(trial.Done)
	strike(t, p, h.waits(t, p, "the backfill"))
	h.let()
	p.Operate("start", "--yes").Status(trial.Done)
	asked[int](t, p, `with due as (update platform.job set started_at = started_at - interval '2 minutes' where name like 'backfill.%' returning 1)
		select count(*)::int from due`) // a work that was cut is taken up after a minute; this minute is over now
	p.Operate("restart", "--yes").Status(trial.Done)
	until(t, "the backfill is done", func() bool {
		return asked[int](t, p, `select count(*)::int from onestop.dossier_person where street is null`) == 0
	})
}

// held is a transaction of ours that others wait for.
type held struct {
	conn *pgx.Conn
	pid  uint32
}

// hold begins a transaction with one statement.
func hold(t *testing.T, p *trial.Place, statement string) held {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	if _, err := conn.Exec(ctx, "begin; "+statement); err != nil {
		t.Fatal(err)
	}
	return held{conn, conn.PgConn().PID()}
}

// waits returns the process that waits for us, once there is one other than a client's of the platform.
func (h held) waits(t *testing.T, p *trial.Place, what string) (pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), trial.Limit)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	for {
		err := conn.QueryRow(ctx, `select pid from pg_stat_activity where $1 = any(pg_blocking_pids(pid)) limit 1`, int32(h.pid)).Scan(&pid) //nolint:gosec // a process number
		if err == nil {
			return pid
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			t.Fatalf("%s never came to our lock: %v", what, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// let ends the transaction; where the server was killed it has ended already.
func (h held) let() { _ = h.conn.Close(context.Background()) }

// asked is the one value that a query of the superuser's gives.
func asked[T any](t *testing.T, p *trial.Place, query string, args ...any) (value T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// named are the states that a move can be in, as history tells them.
var named = []string{"done", "undone", "stopped", "failed", "cut"}

// A move that is killed at the same line for ever is in a state that has a name, before and after, and serves; in the end it is
// let go and ends whole.
func TestDrillAMoveKilledForEverIsInANamedState(t *testing.T) {
	t.Parallel()
	times := 4
	if trial.Long() {
		times = 50
	}
	v := setOut(t)
	v.file(2)
	kills := 0
	seen := map[string]bool{}
	atEach := func(lines [][]string, args []string) {
		for _, names := range lines {
			trial.Case(t, names[0], 0, func(t *testing.T) {
				for range times {
					if v.p.For(t).OfInstance().KillAt(names, args...) == "" {
						t.Fatalf("none of %v comes any more", names)
					}
					kills++
					seen[v.state(t)] = true
				}
			})
		}
	}
	// What was done before the blow fell does not come again. Then it falls at the next line that always comes.
	beforeSwap, afterSwap := "upgrade: step_planned swap", "upgrade: step_planned probe"
	up := [][]string{{"upgrade: run_started"}, {"upgrade: change_started tally"}, {"upgrade: change_started schema", beforeSwap},
		{"upgrade: change_started merge", beforeSwap}, {"upgrade: change_started swap", afterSwap}, {"upgrade: change_done swap", afterSwap},
		{"upgrade: change_started probe"}} // after its end the blow may come when all is done
	down := [][]string{{"rollback: run_started"}, {"rollback: change_started tally"}, {"rollback: change_started swap", "rollback: step_done tally"}}
	atEach(up, v.up())
	v.there(t, v.next.Version)
	atEach(down, trial.RollbackArgs())
	v.there(t, trial.Version)
	counts := v.end(t, false)
	drill.Tell(t, "%d kills at %d lines, %d times each; states seen: %v; %d acknowledged, 0 lost, %d failed", kills, len(up)+len(down), times, slices.Sorted(maps.Keys(seen)),
		counts[trial.Acknowledged], counts[trial.Unknown])
}

// state is what the instance says of itself: the newest run of history, what status calls unfinished, health and its version.
func (v *travels) state(t *testing.T) string {
	t.Helper()
	p := v.p.For(t)
	var told struct {
		Items []struct {
			Operation, State string
			Unfinished       bool
		} `json:"items"`
	}
	p.Operate("history", "-o", "json").Status(trial.Done).JSON(&told)
	last := told.Items[0]
	for _, i := range told.Items { // the order is history's own
		if i.Unfinished {
			last = i
		}
		if !slices.Contains(named, i.State) {
			t.Errorf("%s is %q", i.Operation, i.State)
		}
	}
	h := p.OfInstance().Health("--no-probe")
	if (h.Status != "healthy" && h.Status != "degraded") || (h.Version != trial.Version && h.Version != v.next.Version) {
		t.Errorf("health of %q is %q", h.Version, h.Status)
	}
	if c := p.Current(); c != trial.Version && c != v.next.Version {
		t.Errorf("current is %s", c)
	}
	return last.Operation + " " + last.State
}
