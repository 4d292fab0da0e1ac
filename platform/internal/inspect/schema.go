package inspect

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// schemaSQL lists everything that a schema consists of, one line each, in an order of its own: tables, columns,
// constraints, indexes, policies, triggers, functions, views, sequences and what is granted on them.
const schemaSQL = `
with s as (select oid, nspname, nspacl from pg_namespace where nspname <> 'information_schema' and nspname !~ '^pg_' and nspname <> 'public')
select line from (
  select format('schema %s grants %s', nspname, nspacl) from s
  union all select format('%s %s.%s rls %s forced %s grants %s', c.relkind, nspname, relname, relrowsecurity, relforcerowsecurity, relacl)
    from pg_class c join s on s.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
  union all select format('column %s.%s.%s %s null %s default %s generated %s identity %s grants %s', nspname, relname, attname,
      format_type(atttypid, atttypmod), not attnotnull, pg_get_expr(d.adbin, d.adrelid), attgenerated, attidentity, attacl)
    from pg_attribute a join pg_class c on c.oid = a.attrelid join s on s.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where a.attnum > 0 and not attisdropped and c.relkind in ('r', 'p', 'v', 'm')
  union all select format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid)) from pg_constraint k join s on s.oid = k.connamespace
  union all select format('index %s', pg_get_indexdef(indexrelid)) from pg_index i join pg_class c on c.oid = i.indexrelid join s on s.oid = c.relnamespace
  union all select format('policy %s.%s.%s %s %s to %s using %s check %s', schemaname, tablename, policyname, permissive, cmd, roles, qual, with_check)
    from pg_policies where schemaname in (select nspname from s)
  union all select format('trigger %s', pg_get_triggerdef(t.oid)) from pg_trigger t join pg_class c on c.oid = t.tgrelid join s on s.oid = c.relnamespace where not tgisinternal
  union all select format('function %s grants %s', pg_get_functiondef(p.oid), proacl) from pg_proc p join s on s.oid = p.pronamespace where p.prokind in ('f', 'p')
  union all select format('view %s.%s %s', nspname, relname, pg_get_viewdef(c.oid)) from pg_class c join s on s.oid = c.relnamespace where c.relkind in ('v', 'm')
  union all select format('type %s.%s %s', nspname, typname, typtype) from pg_type t join s on s.oid = t.typnamespace where typtype in ('e', 'd')
) x (line) order by line collate "C"`

// Schema describes every schema of a database, in lines that two equal ones have in common.
func Schema(ctx context.Context, dsn string) ([]string, error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }() // it was only read
	rows, err := conn.Query(ctx, schemaSQL)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
