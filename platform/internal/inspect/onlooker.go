package inspect

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// onlookerSQL lists what the read-only role has been granted ($1 schemas): first what it is granted beyond reading, with
// an empty second column, then each relation that it may read. What row-level security would refuse all the same counts:
// a wall behind a wall is no reason to open the first.
const onlookerSQL = `
with r as (select c.oid, format('%I.%I', n.nspname, c.relname) as name, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any ($1))
select 'may ' || act || ' ' || name, '' from r, unnest('{insert,update,references}'::text[]) act where has_any_column_privilege('egov_readonly', oid, act)
union all select 'may ' || act || ' ' || name, '' from r, unnest('{delete,truncate,trigger}'::text[]) act where has_table_privilege('egov_readonly', oid, act)
union all select 'may create in schema ' || n, '' from unnest($1::text[]) n where has_schema_privilege('egov_readonly', n, 'create')
union all select 'may call ' || oid::regprocedure || ', which sees past row-level security', '' from pg_proc
  where prosecdef and has_function_privilege('egov_readonly', oid, 'execute')
union all select '', name from r where has_any_column_privilege('egov_readonly', oid, 'select')
order by 1, 2`

// Onlooker looks at the read-only role: it may change nothing, and read only what is public and names nobody.
func (w *World) Onlooker(ctx context.Context, list map[string]Exception) ([]string, error) {
	rows, err := w.DB.Owner().Raw().Query(ctx, onlookerSQL, w.schemas())
	if err != nil {
		return nil, err
	}
	var out, read []string
	var may, name string
	if _, err = pgx.ForEachRow(rows, []any{&may, &name}, func() error {
		if name == "" {
			out = append(out, "the read-only role "+may)
		} else {
			read = append(read, name)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, w.DB.ReadOnlyDSN())
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }() // it was only read
	for _, name := range read {
		if list[name].Kind != "public" {
			out = append(out, "the read-only role may read "+name+", which is not public")
			continue
		}
		var held string
		if err := conn.QueryRow(ctx, fmt.Sprintf(`with r as materialized (select lower(t::text) as line from %s t)
			select coalesce(min(said), '') from r, unnest($1::text[]) said where strpos(line, lower(said)) > 0`, name), w.Forbidden(w.Person("anonymous"))).Scan(&held); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if held != "" {
			out = append(out, fmt.Sprintf("the read-only role reads in %s a row with the canary %s", name, held))
		}
	}
	return out, nil
}
