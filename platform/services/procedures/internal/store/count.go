package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Count tells how many procedures are announced, and how many of them are filed online.
func Count(ctx context.Context, tx pgx.Tx) (published, online int, err error) {
	err = tx.QueryRow(ctx, `select count(*) filter (where published), count(*) filter (where published and filed_online) from procedures.procedure`).
		Scan(&published, &online)
	return published, online, err
}
