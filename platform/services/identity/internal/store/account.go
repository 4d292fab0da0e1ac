package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/fold"
	"egovctl/platform/kernel/person"
	"egovctl/platform/services/identity/internal/account"
)

// AddAccount writes an account without its person. Fault: Conflict "identity.login.taken".
func AddAccount(ctx context.Context, tx pgx.Tx, a account.Account, createdBy string) error {
	_, err := tx.Exec(ctx, `insert into identity.account (id, login, kind, status, created_at, created_by)
		values ($1, $2, $3, $4, $5, $6)`, a.ID, a.Login, string(a.Kind), string(a.Status), a.Created, createdBy)
	return taken(err)
}

// AddPerson writes the personal data of an account. Fault: Conflict "identity.number.taken".
func AddPerson(ctx context.Context, tx pgx.Tx, id string, p account.Person) error {
	_, err := tx.Exec(ctx, `insert into identity.account_person (account_id, name, sort_name, folded, id_number, phone, address, birth)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, id, p.Name, person.SortKey(p.Name), fold.Text(p.Name), p.IDNumber.Reveal(), p.Phone.Reveal(), p.Address, p.Birth)
	return taken(err)
}

func taken(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "23505" {
		if pg.ConstraintName == "account_person_id_number" {
			return fault.Wrap(err, fault.Conflict, "identity.number.taken").At("id_number")
		}
		return fault.Wrap(err, fault.Conflict, "identity.login.taken").At("login")
	}
	return db.Explain(err)
}

const accountColumns = `a.id::text, a.login, a.kind, a.status, a.created_at,
	case when a.kind = 'official' then coalesce(o.name, '') else '' end`

const accountTables = ` from identity.account a left join identity.account_person o on o.account_id = a.id`

func scanAccount(row pgx.Row) (account.Account, error) {
	var a account.Account
	err := row.Scan(&a.ID, &a.Login, &a.Kind, &a.Status, &a.Created, &a.Name)
	return a, err
}

// ByLogin finds an account that the transaction's principal may see; fault.NotFound "identity.account.unknown".
func ByLogin(ctx context.Context, tx pgx.Tx, login string) (account.Account, error) {
	a, err := scanAccount(tx.QueryRow(ctx, `select `+accountColumns+accountTables+` where a.login = $1`, login))
	return a, unknown(err)
}

// ByID is ByLogin by the account's id.
func ByID(ctx context.Context, tx pgx.Tx, id string) (account.Account, error) {
	a, err := scanAccount(tx.QueryRow(ctx, `select `+accountColumns+accountTables+` where a.id::text = $1`, id))
	return a, unknown(err)
}

func unknown(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Wrap(err, fault.NotFound, "identity.account.unknown")
	}
	return db.Explain(err)
}

// SetStatus changes the status of an account; the row must be one that the principal may change.
func SetStatus(ctx context.Context, tx pgx.Tx, id string, s account.Status) error {
	tag, err := tx.Exec(ctx, `update identity.account set status = $2 where id = $1`, id, string(s))
	if err == nil && tag.RowsAffected() == 0 {
		return fault.New(fault.Forbidden, "identity.account.elsewhere")
	}
	return db.Explain(err)
}

// Listing narrows a list; zero values do not. Scope nil means every agency.
type Listing struct {
	Q      string // begins login or a word of the name
	Status account.Status
	Agency int32
	Scope  []int32 // with Scoped: only accounts with a position there
	Scoped bool
	After  string // login of the last row of the page before
	Limit  int
}

// List reads a page of accounts by login, with their present and coming positions that the principal may see.
func List(ctx context.Context, tx pgx.Tx, l Listing, now time.Time) ([]account.Account, error) {
	rows, err := tx.Query(ctx, `select `+accountColumns+accountTables+`
		where ($1 = '' or starts_with(a.login, lower($1))
				or (a.kind = 'official' and $9 <> '' and position(' ' || $9 in ' ' || o.folded) > 0))
			and ($2 = '' or a.status = $2)
			and ($3 = 0 or exists (select from identity.position p where p.account_id = a.id and p.agency_id = $3
				and (p.valid_to is null or p.valid_to > identity.day($8))))
			and (not $4 or exists (select from identity.position p where p.account_id = a.id and p.agency_id = any ($5)))
			and a.login > $6
		order by a.login limit $7`, l.Q, string(l.Status), l.Agency, l.Scoped, l.Scope, l.After, l.Limit, now, fold.Text(l.Q))
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (account.Account, error) { return scanAccount(r) })
	if err != nil {
		return nil, db.Explain(err)
	}
	return list, attach(ctx, tx, list, now)
}

func attach(ctx context.Context, tx pgx.Tx, list []account.Account, now time.Time) error {
	at, ids := map[string]int{}, []string{}
	for i := range list {
		list[i].Positions = []account.Position{}
		at[list[i].ID] = i
		ids = append(ids, list[i].ID)
	}
	held, err := Positions(ctx, tx, ids, now)
	for _, h := range held {
		a := &list[at[h.Account]]
		a.Positions = append(a.Positions, h.Position)
	}
	return err
}

// WaitingAdministrator finds the provincial administrator who has no password yet.
func WaitingAdministrator(ctx context.Context, tx pgx.Tx, now time.Time) (account.Account, error) {
	a, err := scanAccount(tx.QueryRow(ctx, `select `+accountColumns+accountTables+`
		where a.status = 'new' and exists (select from identity.position p where p.account_id = a.id and p.role = 'admin'
			and p.valid_from <= identity.day($1) and (p.valid_to is null or p.valid_to > identity.day($1)))
		order by a.created_at, a.id limit 1`, now))
	return a, unknown(err)
}
