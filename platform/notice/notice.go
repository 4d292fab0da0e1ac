// Package notice is what the pages say beforehand of an upgrade that removes something: which release, and when. The operator
// writes it, and every running platform reads it again after a moment.
package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Notice is an upgrade that is to come.
type Notice struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// Stands reports whether n is still to be told where a release runs: its own upgrade is over.
func (n Notice) Stands(version string, now time.Time) bool {
	return n.Version != "" && n.Version != version && now.Before(n.At.Add(overdue))
}

// key of platform.state under which it stands.
const key = "upgrade.announced"

// Write puts n in the place of one that was written before.
func Write(ctx context.Context, tx pgx.Tx, n Notice) error {
	raw, err := json.Marshal(n)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	_, err = tx.Exec(ctx, `insert into platform.state (key, value) values ($1, $2)
		on conflict (key) do update set value = excluded.value, changed_at = now()`, key, raw)
	return err
}

// Withdraw takes it away; without one it does nothing.
func Withdraw(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `delete from platform.state where key = $1`, key)
	return err
}

// Read gives the one that stands; the zero Notice where there is none.
func Read(ctx context.Context, tx pgx.Tx) (n Notice, err error) {
	rows, err := tx.Query(ctx, `select value from platform.state where key = $1`, key)
	if err != nil {
		return n, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil || len(found) == 0 {
		return n, err
	}
	if err := json.Unmarshal(found[0], &n); err != nil {
		return n, fmt.Errorf("read notice of an upgrade: %w", err)
	}
	return n, nil
}

const (
	again    = 5 * time.Second // how soon a notice that was written is shown
	overdue  = 12 * time.Hour  // for how long after its moment it is still shown
	patience = 3 * time.Second // of one reading
)

// Board keeps the newest notice in memory, so that a page asks nobody.
type Board struct {
	pool    *db.Pool
	version string // of the release that runs
	log     *slog.Logger
	now     atomic.Pointer[Notice]
}

// New makes a board that shows nothing yet.
func New(pool *db.Pool, version string, log *slog.Logger) *Board {
	b := &Board{pool: pool, version: version, log: log}
	b.now.Store(&Notice{})
	return b
}

// Run reads the notice again and again until ctx ends. What cannot be read is shown as it was.
func (b *Board) Run(ctx context.Context) error {
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		if err := b.look(ctx); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "notice not read", "error", err.Error())
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (b *Board) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return b.pool.Read(ctx, who.Program("notice"), func(ctx context.Context, tx pgx.Tx) error {
		n, err := Read(ctx, tx)
		if err == nil {
			b.now.Store(&n)
		}
		return err
	})
}

// Coming is the moment of the upgrade that is announced; ok is false where none is, or it is over.
func (b *Board) Coming(now time.Time) (at time.Time, ok bool) {
	n := b.now.Load()
	return n.At, n.Stands(b.version, now)
}
