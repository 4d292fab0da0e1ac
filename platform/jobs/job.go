// Package jobs does periodic work: sealing the audit log, sweeping what has expired. A job runs on one node at a time,
// and no more often than it says, however many nodes there are and however often they restart.
//
// It is no queue: work that follows from an act is a message in the outbox. Why it is not River is in
// architecture-docs/decisions/0008-jobs.md.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Job is work that is done every so often. Run must bear being cut and being done twice; it ends when ctx does.
type Job struct {
	Name  string // stable, unique: "audit.seal"
	Every time.Duration
	Run   func(ctx context.Context) error
}

// Runner runs jobs.
type Runner struct {
	pool *db.Pool
	log  *slog.Logger
	jobs []Job
}

var program = who.Program("jobs")

// New checks the declarations: internal "jobs.invalid" for a job without name, work or interval, or a name twice.
func New(pool *db.Pool, log *slog.Logger, jobs []Job) (*Runner, error) {
	seen := map[string]bool{}
	for _, j := range jobs {
		if j.Name == "" || j.Run == nil || j.Every <= 0 || seen[j.Name] {
			return nil, fault.New(fault.Internal, "jobs.invalid", "job", j.Name)
		}
		seen[j.Name] = true
	}
	return &Runner{pool: pool, log: log, jobs: jobs}, nil
}

// Run works until ctx ends and every job that had begun has returned.
func (r *Runner) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, j := range r.jobs {
		all.Go(func() { r.loop(ctx, j) })
	}
	all.Wait()
	return nil
}

func (r *Runner) loop(ctx context.Context, j Job) {
	for {
		wait, err := r.once(ctx, j)
		if err != nil && ctx.Err() == nil {
			r.log.Error("job", "job", j.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// once runs j if it is due and no other node is at it, and returns how long to wait for the next look. The lock is the
// session's: it ends with the process, so a killed node holds nothing up.
func (r *Runner) once(ctx context.Context, j Job) (time.Duration, error) {
	soon := min(j.Every, time.Minute) // after an outage, or when another node is at it, a daily job must not wait a day
	conn, err := r.pool.Raw().Acquire(ctx)
	if err != nil {
		return soon, db.Explain(err)
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock(hashtextextended('job ' || $1, 0))`, j.Name).Scan(&mine); err != nil || !mine {
		return soon, db.Explain(err)
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if _, err := conn.Exec(end, `select pg_advisory_unlock(hashtextextended('job ' || $1, 0))`, j.Name); err != nil {
			_ = conn.Conn().Close(end) // closing gives the lock back as well
		}
	}()
	wait, err := r.begin(ctx, j)
	if err != nil {
		return soon, err
	}
	if wait > 0 {
		return wait, nil
	}
	ran := r.guard(ctx, j)
	return j.Every, errors.Join(ran, r.end(ctx, j, ran))
}

// begin marks the start, or says how long it is until the job is due. A run that was cut is due again in a minute.
func (r *Runner) begin(ctx context.Context, j Job) (wait time.Duration, err error) {
	err = r.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		var left float64
		err := tx.QueryRow(ctx, `select extract(epoch from started_at - now())::float8
			+ case when done_at is null then least($2::float8, 60) else $2::float8 end
			from platform.job where name = $1`, j.Name, j.Every.Seconds()).Scan(&left)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		// a little early is due: clocks and timers are not exact, and the next look would be a whole interval later
		if wait = time.Duration(left * float64(time.Second)); wait > min(j.Every/20, 5*time.Second) {
			return nil
		}
		wait = 0
		_, err = tx.Exec(ctx, `insert into platform.job (name, started_at) values ($1, now())
			on conflict (name) do update set started_at = now(), done_at = null`, j.Name)
		return err
	})
	return wait, err
}

// end marks how it went. The error is stored as its fault, without texts; the log has the whole of it.
func (r *Runner) end(ctx context.Context, j Job, ran error) error {
	said := ""
	if ran != nil {
		known := fault.From(db.Explain(ran))
		said = string(known.Code) + " " + known.Key
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return r.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `update platform.job set done_at = now(), error = $2,
			failures = case when $2 = '' then 0 else failures + 1 end where name = $1`, j.Name, said)
		return err
	})
}

// guard keeps a defect in one job from taking the platform down.
func (r *Runner) guard(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fmt.Errorf("panic: %v\n%s", p, debug.Stack()), fault.Internal, "internal")
		}
	}()
	return j.Run(ctx)
}

// State is how a job did last.
type State struct {
	Name      string
	StartedAt time.Time
	DoneAt    *time.Time // nil while it runs, and after a cut
	Failures  int        // in a row
	Error     string     // code and key of the last fault, "" when it went well
}

// States lists the runner's jobs that ever ran, on any node, by name: for health.
func (r *Runner) States(ctx context.Context) (all []State, err error) {
	names := make([]string, len(r.jobs))
	for i, j := range r.jobs {
		names[i] = j.Name
	}
	err = r.pool.Read(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select name, started_at, done_at, failures, error from platform.job where name = any ($1) order by name`, names)
		if err != nil {
			return err
		}
		all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[State])
		return err
	})
	return all, err
}
