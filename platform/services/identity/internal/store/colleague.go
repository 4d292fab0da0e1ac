package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/who"
)

// Colleague is an official who holds a position.
type Colleague struct{ Account, Login, Name string }

// Colleagues lists who holds role at agency on the day of now and is not locked.
func Colleagues(ctx context.Context, tx pgx.Tx, agency int32, role who.Role, now time.Time) ([]Colleague, error) {
	rows, err := tx.Query(ctx, `select a.id::text, a.login, coalesce(n.name, a.login)
		from identity.position p join identity.account a on a.id = p.account_id left join identity.account_person n on n.account_id = a.id
		where p.agency_id = $1 and p.role = $2 and a.status <> 'locked'
		  and p.valid_from <= identity.day($3) and (p.valid_to is null or p.valid_to > identity.day($3))
		order by n.sort_name collate "vi-x-icu", a.login`, agency, role, now)
	if err != nil {
		return nil, db.Explain(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Colleague])
	return list, db.Explain(err)
}
