// Package backfill brings rows that were there before a migration to what the migration added: in small transactions,
// beside the traffic, after the release runs. Until it is done the next upgrade waits, because its contracting migrations
// rely on it.
package backfill

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Work is one backfill of a service.
type Work struct {
	Name string // stable, unique: "onestop.person-address"
	// Batch brings at most `most` rows that still need it to what they should be, and returns how many; 0 when none is left.
	// It must bear being cut and being called again.
	Batch func(ctx context.Context, tx pgx.Tx, most int) (rows int, err error)
}

// most rows of one transaction: its locks last some milliseconds.
const most = 500

// every is how often a backfill that was cut, or has failed, is taken up again.
const every = time.Minute

// prefix of the keys of platform.state under which it is noted how far a backfill is.
const prefix = "backfill."

var program = who.Program("backfill")

// State is how far one is.
type State struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"` // so far
	Done bool   `json:"done"`
}

// Job makes the periodic work of w.
func Job(pool *db.Pool, w Work) jobs.Job {
	return jobs.Job{Name: prefix + w.Name, Every: every, Run: func(ctx context.Context) error { return run(ctx, pool, w) }}
}

// run works until nothing is left. After each batch it rests for as long as the batch took: half of the time is the
// traffic's.
func run(ctx context.Context, pool *db.Pool, w Work) error {
	for {
		began := time.Now()
		s, err := batch(ctx, pool, w)
		if err != nil || s.Done {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Since(began)):
		}
	}
}

// batch does one, and notes it in the same transaction.
func batch(ctx context.Context, pool *db.Pool, w Work) (State, error) {
	s := State{Name: w.Name}
	err := pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		s = State{Name: w.Name}
		err := tx.QueryRow(ctx, `select value from platform.state where key = $1`, prefix+w.Name).Scan(&s)
		if err != nil && !fault.Is(db.Explain(err), fault.NotFound) || s.Done {
			return err
		}
		n, err := w.Batch(ctx, tx, most)
		if err != nil {
			return err
		}
		s.Rows, s.Done = s.Rows+int64(n), n == 0
		value, err := json.Marshal(s)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `insert into platform.state (key, value) values ($1, $2)
			on conflict (key) do update set value = excluded.value, changed_at = now()`, prefix+w.Name, value)
		return err
	})
	return s, err
}

// Open lists the backfills that were begun and are not done.
func Open(ctx context.Context, tx pgx.Tx) ([]State, error) {
	rows, err := tx.Query(ctx, `select value from platform.state where key like $1 || '%' and value ->> 'done' = 'false' order by key`, prefix)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[State])
}
