package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
)

// Standing is all that may be said without login: the code (before reception the reference) and in_progress,
// waiting_for_you or finished. fault.NotFound "onestop.dossier.unknown".
func (s *Store) Standing(ctx context.Context, tx pgx.Tx, key string) (code, standing string, err error) {
	err = tx.QueryRow(ctx, `select code, standing from onestop.standing($1)`, key).Scan(&code, &standing)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	return code, standing, db.Explain(err)
}

// Open lets the rest of the transaction see the one dossier whose receipt carries secret; false when it does not.
// The permission is a setting of the transaction and ends with it.
func (s *Store) Open(ctx context.Context, tx pgx.Tx, key, secret string) (bool, error) {
	var ok bool
	err := tx.QueryRow(ctx, `select onestop.open_by_secret($1, $2)`, key, secret).Scan(&ok)
	return ok, db.Explain(err)
}

// EraseProbe removes a dossier of the health probe. Any other is refused by the database.
func (s *Store) EraseProbe(ctx context.Context, tx pgx.Tx, id string) error {
	_, err := tx.Exec(ctx, `select onestop.erase_probe($1)`, id)
	return db.Explain(err)
}

// Answers reads one row through an index, to see that the schema is there.
func (s *Store) Answers(ctx context.Context, tx pgx.Tx) error {
	var n int
	return db.Explain(tx.QueryRow(ctx, `select count(*) from (select from onestop.dossier where reference = 'T') x`).Scan(&n))
}
