package cluster

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/secret"
)

// sequencePrefix marks the names of sequences in Counts.
const sequencePrefix = "sequence "

// Counts are the rows of every table of every database, as "database.schema.table", and the place of every sequence, as
// "sequence database.schema.name".
func (c *Cluster) Counts(ctx context.Context, superuser secret.String) (map[string]int64, error) {
	counts := map[string]int64{}
	err := c.each(ctx, superuser, func(name string, conn *pgx.Conn) error {
		tables, err := list(ctx, conn, `select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.relkind in ('r', 'm') and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`)
		if err != nil {
			return err
		}
		sequences, err := list(ctx, conn, `select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
			where c.relkind = 'S' and c.relpersistence <> 't'`)
		if err != nil {
			return err
		}
		ask := func(prefix, what string, relations []string) error {
			for _, r := range relations {
				var n int64
				if err := conn.QueryRow(ctx, "select "+what+" from "+r).Scan(&n); err != nil {
					return fmt.Errorf("count %s.%s: %w", name, r, err)
				}
				counts[prefix+name+"."+r] = n
			}
			return nil
		}
		if err := ask("", "count(*)", tables); err != nil {
			return err
		}
		return ask(sequencePrefix, "last_value", sequences)
	})
	return counts, err
}

// updateExtensions brings extensions to the version that these programs come with.
func (c *Cluster) updateExtensions(ctx context.Context, superuser secret.String) error {
	return c.each(ctx, superuser, func(_ string, conn *pgx.Conn) error {
		older, err := list(ctx, conn, `select name from pg_available_extensions where installed_version <> default_version`)
		if err != nil {
			return err
		}
		for _, name := range older {
			if _, err := conn.Exec(ctx, "alter extension "+pgx.Identifier{name}.Sanitize()+" update"); err != nil {
				return fmt.Errorf("update extension %s: %w", name, err)
			}
		}
		return nil
	})
}

// lacking lists the databases without an extension.
func (c *Cluster) lacking(ctx context.Context, superuser secret.String, extension string) (names []string, err error) {
	err = c.each(ctx, superuser, func(name string, conn *pgx.Conn) error {
		found, err := list(ctx, conn, `select extname from pg_extension where extname = $1`, extension)
		if len(found) == 0 {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// inEach runs a statement in each of some databases.
func (c *Cluster) inEach(ctx context.Context, superuser secret.String, names []string, sql string) error {
	for _, name := range names {
		conn, err := c.connect(ctx, superuser, name)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, sql)
		_ = conn.Close(ctx)
		if err != nil {
			return fmt.Errorf("%s in %s: %w", sql, name, err)
		}
	}
	return nil
}

// each does something in every database that lets one in.
func (c *Cluster) each(ctx context.Context, superuser secret.String, do func(name string, conn *pgx.Conn) error) error {
	conn, err := c.connect(ctx, superuser, "postgres")
	if err != nil {
		return err
	}
	names, err := list(ctx, conn, `select datname from pg_database where datallowconn order by datname`)
	_ = conn.Close(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		conn, err := c.connect(ctx, superuser, name)
		if err != nil {
			return err
		}
		err = do(name, conn)
		_ = conn.Close(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Cluster) connect(ctx context.Context, superuser secret.String, database string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, c.DSN(c.o.Superuser, superuser, database).Reveal())
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", database, err)
	}
	return conn, nil
}

// list is the first column of what a query finds.
func list(ctx context.Context, conn *pgx.Conn, sql string, args ...any) ([]string, error) {
	rows, err := conn.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
