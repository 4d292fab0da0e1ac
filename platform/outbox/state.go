package outbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// State is what health asks about, of the topics that somebody here handles: others wait for a release that does.
type State struct {
	Waiting int64
	Dead    int64     // put aside for good
	Oldest  time.Time // put at, of those waiting; zero when none waits
}

// State counts what waits and what was put aside.
func (d *Drain) State(ctx context.Context) (s State, err error) {
	err = d.pool.Read(ctx, program, func(ctx context.Context, tx pgx.Tx) error {
		var oldest *time.Time
		err := tx.QueryRow(ctx, `select count(*) filter (where dead_at is null), count(dead_at), min(put_at) filter (where dead_at is null)
			from platform.outbox where done_at is null and topic = any ($1)`, slices.Collect(maps.Keys(d.topics))).Scan(&s.Waiting, &s.Dead, &oldest)
		if oldest != nil {
			s.Oldest = *oldest
		}
		return err
	})
	return s, err
}
