package audit

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/who"
)

// Unsealed tells since when the oldest row without a link waits for its seal; zero when none does. On a server that has
// sealed nothing yet every row is looked at.
func Unsealed(ctx context.Context, pool *db.Pool) (since time.Time, err error) {
	err = pool.Read(ctx, who.Program("seal"), func(ctx context.Context, tx pgx.Tx) error {
		at, err := readPlace(ctx, tx)
		if err != nil {
			return err
		}
		if at.foreign {
			at.horizon = start
		} else if _, err := tx.Exec(ctx, walking); err != nil {
			return err
		}
		var oldest *time.Time
		err = tx.QueryRow(ctx, `select min(a.at) from platform.audit a where a.xact >= $1::text::xid8
			and not exists (select from platform.audit_link l where l.entry = a.id)`, at.horizon).Scan(&oldest)
		if oldest != nil {
			since = *oldest
		}
		return err
	})
	return since, err
}
