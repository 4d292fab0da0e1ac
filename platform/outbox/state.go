package outbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is what health asks about.
type State struct {
	Waiting int64
	Dead    int64
	Oldest  time.Time // put at, of those waiting; zero when none waits
}

// State counts what waits and what was put aside.
func (d *Drain) State(ctx context.Context) (s State, err error) {
	err = d.pool.Read(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		var oldest *time.Time
		err := tx.QueryRow(ctx, `select count(*) filter (where dead_at is null), count(dead_at), min(put_at) filter (where dead_at is null)
			from platform.outbox where done_at is null`).Scan(&s.Waiting, &s.Dead, &oldest)
		if oldest != nil {
			s.Oldest = *oldest
		}
		return err
	})
	return s, err
}

// Revive gives the dead messages of a topic another life, in their old order, and returns how many.
func (d *Drain) Revive(ctx context.Context, topic string) (n int64, err error) {
	err = d.pool.Tx(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update platform.outbox set dead_at = null, next_at = null, attempts = 0, error = ''
			where topic = $1 and dead_at is not null`, topic)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}
