// Package store is the SQL of the service identity, and of nobody else.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/services/identity/internal/account"
	"egovctl/platform/services/identity/internal/guard"
)

// Try is one sign-in under way.
type Try struct {
	ID      int64
	Account string // "" when there is no such login
	Status  account.Status
	Hash    string // "" when there is none
}

// Reserve counts one try before it is made, so that a thousand at once cannot pass the bound together; or refuses with
// what guard.Decide says. The two locks make tries with one login, and from one address, follow each other.
func Reserve(ctx context.Context, tx pgx.Tx, login string, loginHash []byte, address string, now time.Time) (Try, error) {
	var t Try
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('identity.address.' || $1, 1)),
		pg_advisory_xact_lock(hashtextextended('identity.login.' || $2, 2))`, address, login); err != nil {
		return t, db.Explain(err)
	}
	err := tx.QueryRow(ctx, `select a.id::text, a.status, coalesce(p.hash, '') from identity.account a
		left join identity.password p on p.account_id = a.id where a.login = $1`, login).Scan(&t.Account, &t.Status, &t.Hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return t, db.Explain(err)
	}
	seen, err := see(ctx, tx, t.Account, loginHash, address, now)
	if err != nil {
		return t, err
	}
	lane, err := guard.Decide(seen, now)
	if err != nil {
		return t, err
	}
	err = tx.QueryRow(ctx, `insert into identity.attempt (login_hash, address, lane, at) values ($1, $2, $3, $4) returning id`,
		loginHash, address, string(lane), now).Scan(&t.ID)
	return t, db.Explain(err)
}

func see(ctx context.Context, tx pgx.Tx, id string, loginHash []byte, address string, now time.Time) (guard.Seen, error) {
	var s guard.Seen
	var last *time.Time
	err := tx.QueryRow(ctx, `select count(*) filter (where login_hash = $1 and lane = 'familiar'),
			count(*) filter (where login_hash = $1 and lane = 'clean'), count(*) filter (where login_hash = $1 and lane = 'open'),
			count(*) filter (where address = $2),
			count(*) filter (where login_hash = $1 and address = $2 and failed),
			max(at) filter (where login_hash = $1 and address = $2 and failed),
			exists (select from identity.familiar f where f.account_id = nullif($4, '')::uuid and f.address = $2)
		from (select login_hash, address, lane, at, failed from identity.attempt where login_hash = $1 and at > $3
			union all
			select login_hash, address, lane, at, failed from identity.attempt where address = $2 and login_hash <> $1 and at > $3) x`,
		loginHash, address, now.Add(-guard.Window), id).Scan(&s.Familiar, &s.Clean, &s.Open, &s.Address, &s.Pair, &last, &s.Known)
	if last != nil {
		s.PairLast = *last
	}
	return s, db.Explain(err)
}

// Failed notes that a try was wrong.
func Failed(ctx context.Context, tx pgx.Tx, try int64) error {
	_, err := tx.Exec(ctx, `update identity.attempt set failed = true where id = $1`, try)
	return db.Explain(err)
}

// TakeBack removes a try that was right, or that was never made.
func TakeBack(ctx context.Context, tx pgx.Tx, try int64) error {
	_, err := tx.Exec(ctx, `delete from identity.attempt where id = $1`, try)
	return db.Explain(err)
}

// Recognise notes that an account has signed in from address.
func Recognise(ctx context.Context, tx pgx.Tx, id, address string, now time.Time) error {
	_, err := tx.Exec(ctx, `insert into identity.familiar (account_id, address, last_seen) values ($1, $2, $3)
		on conflict (account_id, address) do update set last_seen = excluded.last_seen`, id, address, now)
	return db.Explain(err)
}

// Sweep removes what has served: tries older than the window, sessions and links ended for a month, addresses not seen
// for ninety days.
func Sweep(ctx context.Context, tx pgx.Tx, now time.Time) error {
	b := &pgx.Batch{}
	b.Queue(`delete from identity.attempt where at < $1`, now.Add(-guard.Window))
	b.Queue(`delete from identity.session where expires_at < $1`, now.AddDate(0, -1, 0))
	b.Queue(`delete from identity.setup_token where expires_at < $1`, now.AddDate(0, -1, 0))
	b.Queue(`delete from identity.familiar where last_seen < $1`, now.AddDate(0, 0, -90))
	return db.Explain(tx.SendBatch(ctx, b).Close())
}
