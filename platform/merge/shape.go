package merge

import (
	"context"
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
)

// shape is how the migrations of this release leave the database: "schema.table<TAB>what<TAB>how" in lines. It is part of the
// program, so whoever signed the release signed it. The test beside the offices writes it.
//
//go:embed shape.tsv
var shape string

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

// Schema is the office of the tables themselves: what was changed in them behind the migrations' back.
func Schema() Office {
	return Office{Service: "schema", Beside: &Beside{Differences: func(ctx context.Context, tx pgx.Tx) ([]Place, error) {
		rows, err := tx.Query(ctx, Shape)
		if err != nil {
			return nil, err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		return reshaped(strings.Split(strings.TrimSpace(shape), "\n"), lines), nil
	}}}
}

// reshaped are the lines in which two descriptions differ. After a rollback the tables are those of the release after: then only
// its migrations are told.
func reshaped(want, have []string) []Place {
	a, b := lined(want), lined(have)
	var out, later []Place
	for _, at := range slices.Sorted(maps.Keys(both(a, b))) {
		was, is := a[at], b[at]
		if threeway.Equal(was, is) {
			continue
		}
		table, what, _ := strings.Cut(at, "\t")
		p := Place{Kind: "table", Key: table, Conflict: threeway.Conflict{Path: []string{what}, Base: was, Ours: is, Theirs: was}}
		if out = append(out, p); table == migrations && was == nil {
			later = append(later, p)
		}
	}
	if later != nil {
		return later
	}
	return out
}

// lined gives what a description says of each thing: "table<TAB>what" to how.
func lined(lines []string) map[string]any {
	out := map[string]any{}
	for _, l := range lines {
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
