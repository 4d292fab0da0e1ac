// Package store is the SQL of the service agencies, and of nobody else.
package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/services/agencies/internal/territory"
)

// Mark is where the change counter stands as seen by a transaction. Ours is true when this very transaction moved it:
// what it sees is then not yet anybody else's.
type Mark struct {
	Version int64
	Ours    bool
}

// ReadMark reads the change counter.
func ReadMark(ctx context.Context, tx pgx.Tx) (Mark, error) {
	var m Mark
	err := tx.QueryRow(ctx, `select version, coalesce(writer = pg_current_xact_id_if_assigned(), false)
		from platform.revision where schema = 'agencies'`).Scan(&m.Version, &m.Ours)
	return m, db.Explain(err)
}

// Load reads every unit, name, succession and agency in one round trip.
func Load(ctx context.Context, tx pgx.Tx) (territory.Facts, error) {
	var f territory.Facts
	units := map[string]int{}
	aliases := map[int32][]string{}
	b := &pgx.Batch{}
	b.Queue(`select r.version, t.history_from, t.frozen_on from agencies.territory t, platform.revision r where r.schema = 'agencies'`).QueryRow(func(row pgx.Row) error {
		return row.Scan(&f.Version, day{&f.HistoryFrom}, day{&f.FrozenOn})
	})
	b.Queue(`select key, level, code, coalesce(parent_key, ''), valid_from, valid_to, basis from agencies.unit`).
		Query(each(func(rows pgx.Rows) error {
			var u territory.Unit
			err := rows.Scan(&u.Key, &u.Level, &u.Code, &u.ParentKey, day{&u.ValidFrom}, day{&u.ValidTo}, &u.Basis)
			units[u.Key] = len(f.Units)
			f.Units = append(f.Units, u)
			return err
		}))
	b.Queue(`select unit_key, type, name, full_name, valid_from, valid_to, basis from agencies.unit_name
		order by unit_key, ordinal`).Query(each(func(rows pgx.Rows) error {
		var key string
		var n territory.UnitName
		err := rows.Scan(&key, &n.Type, &n.Name, &n.FullName, day{&n.ValidFrom}, day{&n.ValidTo}, &n.Basis)
		u := &f.Units[units[key]]
		u.Names = append(u.Names, n)
		return err
	}))
	b.Queue(`select old_key, new_key, kind, is_default, on_date, basis from agencies.succession order by old_key, not is_default, new_key`).
		Query(each(func(rows pgx.Rows) error {
			var x territory.Succession
			err := rows.Scan(&x.OldKey, &x.NewKey, &x.Kind, &x.Default, day{&x.Date}, &x.Basis)
			f.Succession = append(f.Succession, x)
			return err
		}))
	b.Queue(`select agency_id, identifier from agencies.agency_alias order by identifier`).Query(each(func(rows pgx.Rows) error {
		var id int32
		var alias string
		err := rows.Scan(&id, &alias)
		aliases[id] = append(aliases[id], alias)
		return err
	}))
	b.Queue(`select ` + agencyColumns + ` from agencies.agency`).Query(each(func(rows pgx.Rows) error {
		a, err := scanAgency(rows)
		f.Agencies = append(f.Agencies, a)
		return err
	}))
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return territory.Facts{}, db.Explain(err)
	}
	for i := range f.Agencies {
		f.Agencies[i].Aliases = aliases[f.Agencies[i].ID]
	}
	return f, nil
}

const agencyColumns = `id, identifier, provisional, slug, name_vi, name_en, short, kind, level, site, place,
	coalesce(unit_key, ''), coalesce(parent_id, 0), valid_from, valid_to, edit is not null`

func scanAgency(row pgx.Row) (territory.Agency, error) {
	var a territory.Agency
	err := row.Scan(&a.ID, &a.Identifier, &a.Provisional, &a.Slug, &a.NameVI, &a.NameEN, &a.Short, &a.Kind, &a.Level,
		&a.Site, &a.Order, &a.UnitKey, &a.ParentID, day{&a.ValidFrom}, day{&a.ValidTo}, &a.Edited)
	return a, err
}

func each(scan func(pgx.Rows) error) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	}
}

// day scans a date that may be null into a Day of Việt Nam.
type day struct{ to *territory.Day }

// Scan takes a date or null.
func (d day) Scan(v any) error {
	t, ok := v.(time.Time)
	if !ok {
		*d.to = territory.Day{}
		return nil
	}
	*d.to = territory.OnDate(t.Date())
	return nil
}
