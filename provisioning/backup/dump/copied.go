package dump

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// columns are those of a table that pg_dump copies, in its order.
const columns = `select coalesce(string_agg(quote_ident(attname), ', ' order by attnum), '') from pg_attribute
	where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`

// settings are pg_dump's own: the same value must be written in the same way.
const settings = `set datestyle = iso; set intervalstyle = postgres; set extra_float_digits = 3; set timezone = 'UTC'; set search_path = '';
	set bytea_output = hex; set row_security = off; set statement_timeout = 0; set lock_timeout = 0; set client_encoding = 'UTF8'`

// Copied sums a table of a database as a dump would have it. conn belongs to a superuser and keeps the settings of a dump
// from then on. Errors are PostgreSQL's.
func Copied(ctx context.Context, conn *pgx.Conn, name string) (Table, error) {
	if _, err := conn.Exec(ctx, settings); err != nil {
		return Table{}, err
	}
	schema, table, _ := strings.Cut(name, ".")
	quoted := pgx.Identifier{schema, table}.Sanitize()
	var list string
	if err := conn.QueryRow(ctx, columns, quoted).Scan(&list); err != nil {
		return Table{}, fmt.Errorf("columns of %s: %w", name, err)
	}
	var sum Sum
	if list == "" { // pg_dump writes an empty line for each row of a table without columns
		if _, err := conn.PgConn().CopyTo(ctx, &sum, "copy "+quoted+" to stdout"); err != nil {
			return Table{}, fmt.Errorf("read %s: %w", name, err)
		}
		return sum.Table(name), nil
	}
	if _, err := conn.PgConn().CopyTo(ctx, &sum, "copy "+quoted+" ("+list+") to stdout"); err != nil {
		return Table{}, fmt.Errorf("read %s: %w", name, err)
	}
	return sum.Table(name), nil
}
