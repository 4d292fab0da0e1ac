package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/identity/internal/account"
)

// Session is a session to be opened.
type Session struct {
	ID        string
	TokenHash []byte
	Account   string
	Kind      string // browser, program
	Address   string
	Now       time.Time
	Idle      time.Duration
	Lasts     time.Duration
}

// Open writes a session.
func Open(ctx context.Context, tx pgx.Tx, s Session) error {
	_, err := tx.Exec(ctx, `insert into identity.session
		(id, token_hash, account_id, kind, address, created_at, last_seen, idle, expires_at)
		values ($1, $2, $3, $4, $5, $6, $6, $7, $8)`,
		s.ID, s.TokenHash, s.Account, s.Kind, s.Address, s.Now, s.Idle, s.Now.Add(s.Lasts))
	return db.Explain(err)
}

// Holder is who a token belongs to, with the positions held now.
type Holder struct {
	Account, Login, Name, Kind string
	Roles                      []string
	Agencies                   []int32 // beside Roles
}

// HolderOf asks about one token, outside any transaction: a single statement is a single round trip. The function
// behind it is SECURITY DEFINER, because nobody is signed in yet, and answers about this one hash only.
// fault.Unauthenticated "identity.session.ended".
func HolderOf(ctx context.Context, pool *pgxpool.Pool, tokenHash []byte, now time.Time) (Holder, error) {
	var h Holder
	err := pool.QueryRow(ctx, `select account, login, name, kind, roles, agencies from identity.session_holder($1, $2)`,
		tokenHash, now).Scan(&h.Account, &h.Login, &h.Name, &h.Kind, &h.Roles, &h.Agencies)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, fault.Wrap(err, fault.Unauthenticated, "identity.session.ended")
	}
	return h, db.Explain(err)
}

// HolderByAccount is HolderOf for an account whose password was just right, in the transaction that opens the session.
func HolderByAccount(ctx context.Context, tx pgx.Tx, id string, now time.Time) (Holder, error) {
	h := Holder{Account: id}
	err := tx.QueryRow(ctx, `select a.login, coalesce(o.name, ''), a.kind,
			coalesce(array_agg(p.role order by p.id) filter (where p.id is not null), '{}'),
			coalesce(array_agg(p.agency_id order by p.id) filter (where p.id is not null), '{}')
		from identity.account a
		left join identity.account_person o on o.account_id = a.id and a.kind = 'official'
		left join identity.position p on p.account_id = a.id and p.valid_from <= identity.day($2)
			and (p.valid_to is null or p.valid_to > identity.day($2))
		where a.id = $1 and a.status = 'active' group by a.id, o.name`, id, now).
		Scan(&h.Login, &h.Name, &h.Kind, &h.Roles, &h.Agencies)
	return h, db.Explain(err)
}

// Revoke ends the session of a token, if there is one, and tells whose it was ("" for none).
func Revoke(ctx context.Context, tx pgx.Tx, tokenHash []byte, now time.Time) (holder string, err error) {
	err = tx.QueryRow(ctx, `update identity.session set revoked_at = $2 where token_hash = $1 and revoked_at is null
		returning account_id::text`, tokenHash, now).Scan(&holder)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil // already ended: signing out twice is no fault
	}
	return holder, db.Explain(err)
}

// RevokeOne ends one session of an account by its id; false when there is none.
func RevokeOne(ctx context.Context, tx pgx.Tx, holder, id string, now time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `update identity.session set revoked_at = $3
		where id::text = $2 and account_id = $1 and revoked_at is null`, holder, id, now)
	return tag.RowsAffected() > 0, db.Explain(err)
}

// RevokeAll ends every session of an account but the one with the token hash keep (nil for all).
func RevokeAll(ctx context.Context, tx pgx.Tx, holder string, keep []byte, now time.Time) error {
	_, err := tx.Exec(ctx, `update identity.session set revoked_at = $3
		where account_id = $1 and revoked_at is null and token_hash is distinct from $2`, holder, keep, now)
	return db.Explain(err)
}

// OpenSessions lists the sessions of an account that have not ended, the last used first.
func OpenSessions(ctx context.Context, tx pgx.Tx, holder string, current []byte, now time.Time) ([]account.OpenSession, error) {
	rows, err := tx.Query(ctx, `select id::text, kind, address, created_at, last_seen, expires_at, token_hash = $2
		from identity.session where account_id = $1 and revoked_at is null and expires_at > $3 and last_seen + idle > $3
		order by last_seen desc, id limit 50`, holder, current, now)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (account.OpenSession, error) {
		var s account.OpenSession
		err := r.Scan(&s.ID, &s.Kind, &s.Address, &s.Created, &s.LastSeen, &s.Expires, &s.Current)
		return s, err
	})
	return list, db.Explain(err)
}
