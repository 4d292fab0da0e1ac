package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
)

// SetPassword stores the hash of an account's password.
func SetPassword(ctx context.Context, tx pgx.Tx, id, hash string, now time.Time) error {
	_, err := tx.Exec(ctx, `insert into identity.password (account_id, hash, changed_at) values ($1, $2, $3)
		on conflict (account_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`, id, hash, now)
	return db.Explain(err)
}

// Rehash replaces one hash of a password by another of the same password.
func Rehash(ctx context.Context, tx pgx.Tx, id, old, hash string) error {
	_, err := tx.Exec(ctx, `update identity.password set hash = $3 where account_id = $1 and hash = $2`, id, old, hash)
	return db.Explain(err)
}

// AddLink writes a one-time link for an account and ends those before it.
func AddLink(ctx context.Context, tx pgx.Tx, id string, tokenHash []byte, purpose, by string, now time.Time, lasts time.Duration) error {
	if _, err := tx.Exec(ctx, `update identity.setup_token set used_at = $2 where account_id = $1 and used_at is null`, id, now); err != nil {
		return db.Explain(err)
	}
	_, err := tx.Exec(ctx, `insert into identity.setup_token (token_hash, account_id, purpose, created_at, created_by, expires_at)
		values ($1, $2, $3, $4, $5, $6)`, tokenHash, id, purpose, now, by, now.Add(lasts))
	return db.Explain(err)
}

// LinkHolder tells for whom a link is and holds it until the transaction ends; fault.NotFound "identity.link.ended"
// when it is unknown, used, too old, or its account is locked.
func LinkHolder(ctx context.Context, tx pgx.Tx, tokenHash []byte, now time.Time) (id, login string, err error) {
	err = tx.QueryRow(ctx, `select a.id::text, a.login from identity.setup_token t join identity.account a on a.id = t.account_id
		where t.token_hash = $1 and t.used_at is null and t.expires_at > $2 and a.status <> 'locked' for update of t`, tokenHash, now).
		Scan(&id, &login)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", "", fault.Wrap(err, fault.NotFound, "identity.link.ended")
	}
	return id, login, db.Explain(err)
}

// SpendLink ends a link.
func SpendLink(ctx context.Context, tx pgx.Tx, tokenHash []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `update identity.setup_token set used_at = $2 where token_hash = $1`, tokenHash, now)
	return db.Explain(err)
}
