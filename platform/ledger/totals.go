package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Total is what a table holds.
type Total struct {
	Rows   int64 `json:"rows"`
	Digest int64 `json:"digest"` // the sum, modulo 2^64, of a 64-bit hash of each row
}

// Totals are those of every kept table at one moment, by "schema.table".
type Totals struct {
	Tables map[string]Total
	told   int64 // the newest unexplained change that a report has told
}

const take = `select k.name, k.rows + coalesce(sum(m.rows), 0)::bigint, platform.wrapped(k.digest + coalesce(sum(m.digest), 0))
	from platform.kept k left join platform.kept_move m on m.kept = k.id group by k.id`

// Fold brings the totals up to date with every transaction that has ended. The seal of the audit log calls it; without it
// Take reads the more rows the longer it was not called.
func Fold(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `select platform.fold_kept()`)
	return err
}

// Take reads the totals. It costs the same with ten rows as with ten million.
func Take(ctx context.Context, tx pgx.Tx) (Totals, error) {
	t := Totals{Tables: map[string]Total{}}
	if err := Fold(ctx, tx); err != nil {
		return t, err
	}
	err := tx.QueryRow(ctx, `select coalesce((select value::bigint from platform.state where key = $1), 0)`, stateTold).Scan(&t.told)
	if err != nil {
		return t, err
	}
	rows, err := tx.Query(ctx, take)
	if err != nil {
		return t, err
	}
	var name string
	var x Total
	_, err = pgx.ForEachRow(rows, []any{&name, &x.Rows, &x.Digest}, func() error { t.Tables[name] = x; return nil })
	return t, err
}

// stateTold is the key of platform.state that keeps which unexplained changes were told.
const stateTold = "ledger.told"

// Told notes that a report has told every unexplained change up to now: the next report does not tell them again.
func Told(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `insert into platform.state (key, value) select $1, to_jsonb(coalesce(max(id), 0)) from platform.kept_loss
		on conflict (key) do update set value = excluded.value, changed_at = now()`, stateTold)
	return err
}

// Recount reads every row of every kept table. say, which may be nil, hears how many tables of how many are done.
func Recount(ctx context.Context, tx pgx.Tx, say func(done, total int64)) (map[string]Total, error) {
	rows, err := tx.Query(ctx, `select name, replace(name, '.', '.kept_') || '_counted()' from platform.kept order by name`)
	if err != nil {
		return nil, err
	}
	type table struct{ Name, Counted string }
	tables, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, err
	}
	all := map[string]Total{}
	for i, t := range tables {
		var x Total
		if err := tx.QueryRow(ctx, `select rows, digest from `+t.Counted).Scan(&x.Rows, &x.Digest); err != nil {
			return nil, fmt.Errorf("count %s: %w", t.Name, err)
		}
		all[t.Name] = x
		if say != nil {
			say(int64(i+1), int64(len(tables)))
		}
	}
	return all, nil
}
