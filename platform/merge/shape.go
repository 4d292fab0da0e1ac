package merge

import (
	"context"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
)

// Made holds ShapeFile: how the migrations of this release leave the database, "schema.table<TAB>what<TAB>how" in lines. It is part of
// the program and of its kit, so whoever signed the release signed it. The test beside the offices writes it.
//
//go:embed shape.tsv
var Made embed.FS

// ShapeFile is its name, here and among the migrations of a kit.
const ShapeFile = "shape.tsv"

// Shape describes the tables as they stand, in lines like those of shape.tsv: columns, constraints, indexes, triggers, policies,
// and what each role may do.
const Shape = `select t.name || E'\t' || x.what || E'\t' || regexp_replace(x.how, '\s+', ' ', 'g')
	from (select c.oid, n.nspname || '.' || c.relname as name, c.relacl, c.relrowsecurity, c.relforcerowsecurity from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' and c.relname not in ('schema_migrations')
		and not c.relispartition and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')) as t
	cross join lateral (
		select 'column ' || attname as what, format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
			|| coalesce(' ' || attgenerated::text || attidentity::text || ' ' || pg_get_expr(d.adbin, d.adrelid), '') as how
			from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum where a.attrelid = t.oid and attnum > 0 and not attisdropped
		union all select 'constraint ' || conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = t.oid and contype <> 'n'
		union all select 'index ' || i.relname, pg_get_indexdef(i.oid) from pg_index x join pg_class i on i.oid = x.indexrelid where x.indrelid = t.oid and x.indisvalid
		union all select 'trigger ' || tgname, pg_get_triggerdef(oid) || case tgenabled when 'O' then '' else ' ' || tgenabled::text end from pg_trigger where tgrelid = t.oid and not tgisinternal
		union all select 'policy ' || polname, polcmd::text || ' ' || polpermissive::text || ' ' || coalesce(pg_get_expr(polqual, polrelid), '') || ' / ' || coalesce(pg_get_expr(polwithcheck, polrelid), '')
			from pg_policy where polrelid = t.oid
		union all select 'row security', t.relrowsecurity::text || ' ' || t.relforcerowsecurity::text
		union all select 'role ' || r.rolname, string_agg(a.privilege_type, ' ' order by a.privilege_type) from aclexplode(t.relacl) a join pg_roles r on r.oid = a.grantee
			where r.rolname in ('egov_app', 'egov_readonly') group by r.rolname
	) as x
	union all select '` + migrations + `' || E'\t' || schema || ' ' || version || E'\t' || encode(sha256, 'hex') from platform.migration_file
	order by 1`

// migrations stands in the place of a table for what was migrated.
const migrations = "migrations"

// Schema is the office of the tables themselves: what was changed in them behind the migrations' back. others gives the ShapeFile of every
// other release on this host; it is asked only where the database has migrations that this release does not know, as after a rollback.
func Schema(others func() ([]string, error)) Office {
	return Office{Service: "schema", Beside: &Beside{Differences: func(ctx context.Context, tx pgx.Tx) ([]Place, error) {
		own, err := Made.ReadFile(ShapeFile)
		if err != nil {
			return nil, fmt.Errorf("read the shape of the tables: %w", err)
		}
		rows, err := tx.Query(ctx, Shape)
		if err != nil {
			return nil, err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		want, have := lined(string(own)), lined(strings.Join(lines, "\n"))
		if len(unknown(want, have)) == 0 {
			return reshaped(want, want, have), nil
		}
		all, err := others()
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			later := lined(other)
			if !made(have, later) {
				continue
			}
			if made(later, have) {
				want = later // it was whole: what it makes is there, or was taken away
			}
			return reshaped(want, later, have), nil
		}
		return unknown(want, have), nil
	}}}
}

// unknown are the migrations of the database that a release does not know: it cannot say what they were to do.
func unknown(want, have map[string]any) (out []Place) {
	for _, at := range slices.Sorted(maps.Keys(have)) {
		if strings.HasPrefix(at, migrations+"\t") && want[at] == nil {
			out = append(out, placeOf(at, nil, have[at]))
		}
	}
	return out
}

// made reports whether every migration of one description is in another, to the letter.
func made(these, there map[string]any) bool {
	for at, sum := range these {
		if strings.HasPrefix(at, migrations+"\t") && !threeway.Equal(there[at], sum) {
			return false
		}
	}
	return true
}

// reshaped are the things that stand as neither of two releases has them. While an upgrade is cut between its migrations, some are
// those of the one and some of the other.
func reshaped(want, later, have map[string]any) (out []Place) {
	for _, at := range slices.Sorted(maps.Keys(both(both(want, later), have))) {
		if !threeway.Equal(want[at], have[at]) && !threeway.Equal(later[at], have[at]) {
			out = append(out, placeOf(at, later[at], have[at]))
		}
	}
	return out
}

// placeOf is a thing that was to be one way and is another.
func placeOf(at string, was, is any) Place {
	table, what, _ := strings.Cut(at, "\t")
	return Place{Kind: "table", Key: table, Conflict: threeway.Conflict{Path: []string{what}, Base: was, Ours: is, Theirs: was}}
}

// lined gives what a description says of each thing: "table<TAB>what" to how.
func lined(shape string) map[string]any {
	out := map[string]any{}
	for l := range strings.Lines(shape) {
		l = strings.TrimSuffix(l, "\n")
		if i := strings.LastIndex(l, "\t"); i >= 0 {
			out[l[:i]] = l[i+1:]
		}
	}
	return out
}

func both(a, b map[string]any) map[string]any {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}
