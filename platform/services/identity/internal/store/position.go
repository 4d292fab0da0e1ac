package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/services/identity/internal/account"
)

// Held is a position and whose it is.
type Held struct {
	account.Position
	ID      int64
	Account string
	Login   string
	Current bool // held today, not only to come
}

const heldColumns = `select p.id, p.account_id::text, a.login, p.role, p.agency_id, p.valid_from, p.valid_to,
	p.valid_from <= identity.day($1) from identity.position p join identity.account a on a.id = p.account_id
	where (p.valid_to is null or p.valid_to > identity.day($1))`

func scanHeld(r pgx.CollectableRow) (Held, error) {
	var h Held
	var from time.Time
	var to *time.Time
	err := r.Scan(&h.ID, &h.Account, &h.Login, &h.Role, &h.AgencyID, &from, &to, &h.Current)
	h.From = from.Format(time.DateOnly)
	if to != nil {
		h.To = to.Format(time.DateOnly)
	}
	return h, err
}

// Positions lists the present and coming positions of accounts that the principal may see.
func Positions(ctx context.Context, tx pgx.Tx, accounts []string, now time.Time) ([]Held, error) {
	rows, err := tx.Query(ctx, heldColumns+` and p.account_id = any ($2::uuid[]) order by p.id`, now, accounts)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, scanHeld)
	return list, db.Explain(err)
}

// AllPositions lists the positions held today by accounts that are not locked, as the principal may see them.
func AllPositions(ctx context.Context, tx pgx.Tx, now time.Time) ([]Held, error) {
	rows, err := tx.Query(ctx, heldColumns+` and p.valid_from <= identity.day($1) and a.status <> 'locked'
		order by p.agency_id, p.role, a.login`, now)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, scanHeld)
	return list, db.Explain(err)
}

// AddPosition gives a position; From and To are dates (To "" for open).
func AddPosition(ctx context.Context, tx pgx.Tx, id string, p account.Position) error {
	_, err := tx.Exec(ctx, `insert into identity.position (account_id, role, agency_id, valid_from, valid_to)
		values ($1, $2, $3, $4::text::date, nullif($5, '')::date)`, id, string(p.Role), p.AgencyID, p.From, p.To)
	return db.Explain(err)
}

// EndPosition ends one today, or before it began if it was still to come.
func EndPosition(ctx context.Context, tx pgx.Tx, position int64, now time.Time) error {
	_, err := tx.Exec(ctx, `update identity.position set valid_to = greatest(valid_from, identity.day($2)) where id = $1`, position, now)
	return db.Explain(err)
}

// Administrators counts the accounts that are provincial administrators today and not locked, and how many of those
// have a password.
func Administrators(ctx context.Context, tx pgx.Tx, now time.Time) (all, ready int, err error) {
	err = tx.QueryRow(ctx, `select count(distinct a.id), count(distinct a.id) filter (where w.account_id is not null)
		from identity.position p join identity.account a on a.id = p.account_id and a.status <> 'locked'
		left join identity.password w on w.account_id = a.id
		where p.role = 'admin' and p.valid_from <= identity.day($1) and (p.valid_to is null or p.valid_to > identity.day($1))`, now).
		Scan(&all, &ready)
	return all, ready, db.Explain(err)
}

// Administers asks whether the acting agency administrator may govern an account, past row-level security: positions
// that he may not see are just those that forbid it.
func Administers(ctx context.Context, tx pgx.Tx, id string) (bool, error) {
	var may bool
	err := tx.QueryRow(ctx, `select identity.administers($1)`, id).Scan(&may)
	return may, db.Explain(err)
}
