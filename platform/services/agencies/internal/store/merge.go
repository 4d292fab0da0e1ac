package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/services/agencies/internal/territory"
)

// Kinds are the records of this office that a province may edit. What is packaged no more ends today: dossiers, officials
// and past units go on pointing at it. An agency is known by its slug, since a provisional identifier gives way to the real one.
func Kinds() []merge.Kind {
	unit := merge.Table{Name: "agencies.unit", Key: "key", Where: "key = c.k", First: []merge.Column{{Name: "key", Value: "c.k"}},
		Columns: []merge.Column{{Name: "level", Value: "r ->> 'level'"}, {Name: "code", Value: "r ->> 'code'"},
			{Name: "parent_key", Value: "nullif(r ->> 'parent', '')"}, {Name: "valid_from", Value: "(r ->> 'valid_from')::date"},
			{Name: "valid_to", Value: "(r ->> 'valid_to')::date"}, {Name: "basis", Value: "coalesce(r ->> 'basis', '')"}}}
	const ending = `coalesce(valid_to, greatest(current_date, valid_from + 1))`
	unit.Gone = unit.Marked(`jsonb_build_object('withdrawn', true, 'valid_to', `+ending+`)`, `valid_to = `+ending)
	agency := merge.Table{Name: "agencies.agency", Key: "slug", Where: "slug = c.k", Columns: []merge.Column{
		{Name: "unit_key", Value: "nullif(r ->> 'unit', '')"},
		{Name: "valid_to", Value: "(r ->> 'valid_to')::date"}}}
	agency.Gone = agency.Marked(`jsonb_build_object('withdrawn', true, 'valid_to', coalesce(valid_to, current_date))`, `valid_to = coalesce(valid_to, current_date)`)
	return []merge.Kind{
		{Name: "unit", Shape: threeway.Shape{"names": "full_name"}, Read: unit.Read(), Write: unit.Write, Edited: editedOf("k"), Packaged: packagedUnits},
		{Name: "agency", Shape: threeway.Shape{"groups": "."}, Read: agency.Read(), Write: parked(agency), Edited: editedOf("a.identifier"), Packaged: packagedAgencies,
			Sole: &merge.Sole{Member: "identifier", Spare: provisional,
				Held: `select l.identifier, a.slug from agencies.agency_alias l join agencies.agency a on a.id = l.agency_id`}},
	}
}

// provisional gives a new agency an identifier of ours, since its own is another's: it is shown as such until somebody confirms one.
func provisional(record map[string]any, n int) {
	identifier, _ := record["identifier"].(string)
	if i := strings.LastIndex(identifier, "."); i >= 0 && identifier[0] <= '9' {
		identifier = identifier[i+1:] // the code of the province stands last in identifiers of the old form
	}
	record["identifier"], record["provisional"] = fmt.Sprintf("%s.X%d", identifier, n), true
}

// parked takes identifiers that move out of the way before they are written: two agencies may exchange theirs, and the index
// looks at every row.
func parked(agency merge.Table) func(context.Context, pgx.Tx, merge.Changes) error {
	return func(ctx context.Context, tx pgx.Tx, changes merge.Changes) error {
		err := changes.Exec(ctx, tx, `update agencies.agency t set edit = case when t.identifier = r ->> 'identifier' then t.edit
			else coalesce(t.edit, t.base) || jsonb_build_object('identifier', '~' || t.slug) end from `+merge.From+` where `+agency.Where,
			func(c merge.Change) bool { return merge.Moved(c) || merge.Edited(c) })
		if err != nil {
			return err
		}
		return agency.Write(ctx, tx, changes)
	}
}

// editedOf selects who edited last, from the audit log, in which object names the row of a key.
func editedOf(object string) string {
	return `select k, l.login, l.at from unnest($1::text[]) as k left join agencies.agency a on a.slug = k
		cross join lateral (select login, at from platform.audit where service = 'agencies' and object = ` + object + ` and login <> '' order by id desc limit 1) as l`
}

func packagedUnits(set *packaged.Set) ([]merge.Record, error) {
	out := make([]merge.Record, len(set.Units))
	var err error
	for i, u := range set.Units {
		if out[i], err = merge.Canonical(u.Key, recordOfUnit(u)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func packagedAgencies(set *packaged.Set) ([]merge.Record, error) {
	out := make([]merge.Record, len(set.Agencies))
	var err error
	for i, a := range set.Agencies {
		if out[i], err = merge.Canonical(a.Slug, recordOfAgency(a)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Settle brings what hangs on units and agencies in line with their records: names, parents, and with a new set also
// the successions and how far the records reach.
func Settle(ctx context.Context, tx pgx.Tx, set *packaged.Set) error {
	for _, sql := range []string{
		`delete from agencies.unit_name n where not exists (select from agencies.unit u
			where u.key = n.unit_key and jsonb_array_length(coalesce(coalesce(u.edit, u.base) -> 'names', '[]')) > n.ordinal)`,
		`insert into agencies.unit_name as n (unit_key, ordinal, type, name, full_name, valid_from, valid_to, basis)
			select u.key, x.i - 1, x.r ->> 'type', x.r ->> 'name', x.r ->> 'full_name', (x.r ->> 'valid_from')::date, (x.r ->> 'valid_to')::date, coalesce(x.r ->> 'basis', '')
			from agencies.unit u, jsonb_array_elements(coalesce(nullif(coalesce(u.edit, u.base) -> 'names', 'null'), '[]')) with ordinality as x (r, i)
			on conflict (unit_key, ordinal) do update set type = excluded.type, name = excluded.name, full_name = excluded.full_name,
				valid_from = excluded.valid_from, valid_to = excluded.valid_to, basis = excluded.basis
			where (n.type, n.name, n.full_name, n.valid_from, n.valid_to, n.basis) is distinct from
				(excluded.type, excluded.name, excluded.full_name, excluded.valid_from, excluded.valid_to, excluded.basis)`,
		`update agencies.agency a set parent_id = p.id from agencies.agency p
			where coalesce(a.edit, a.base) ->> 'parent' in (p.identifier, p.base ->> 'identifier') and p.id <> a.id and a.parent_id is distinct from p.id
			and (p.identifier = coalesce(a.edit, a.base) ->> 'parent' or not exists (select from agencies.agency q where q.identifier = coalesce(a.edit, a.base) ->> 'parent'))`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("settle the territory: %w", err)
		}
	}
	if set == nil {
		return nil
	}
	b := &pgx.Batch{}
	for _, x := range set.Succession {
		b.Queue(`insert into agencies.succession as s (old_key, new_key, kind, is_default, on_date, basis) values ($1, $2, $3, $4, $5, $6)
			on conflict (old_key, new_key) do update set kind = excluded.kind, is_default = excluded.is_default, on_date = excluded.on_date, basis = excluded.basis
			where (s.kind, s.is_default, s.on_date, s.basis) is distinct from (excluded.kind, excluded.is_default, excluded.on_date, excluded.basis)`,
			x.OldKey, x.NewKey, x.Kind, x.Default, territory.DayOf(x.Date).Column(), x.Basis)
	}
	b.Queue(`update agencies.territory set history_from = least(history_from, $1)`, historyFrom(set).Column())
	return tx.SendBatch(ctx, b).Close()
}
