package db

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/internal/script"
	"egovctl/platform/kernel/fault"
)

// standing is where one schema is.
type standing struct {
	version int64 // -1 before the first file
	dirty   bool
}

// pending compares what the database has with what the streams bring. It only reads: three statements whatever the
// number of schemas.
func pending(ctx context.Context, conn *pgx.Conn, all []opened) ([]File, error) {
	at, err := standings(ctx, conn, all)
	if err != nil {
		return nil, Explain(err)
	}
	sums, err := recorded(ctx, conn)
	if err != nil {
		return nil, Explain(err)
	}
	var todo []File
	for _, o := range all {
		s, known := at[o.schema]
		if !known {
			s.version = -1
		}
		if s.dirty && o.shape(s.version) == script.Concurrent {
			s = standing{version: s.version - 1} // mend will clear it away, then the file runs again
		}
		if s.dirty {
			return nil, fault.New(fault.Conflict, "db.migrate.dirty", "schema", o.schema, "version", s.version)
		}
		for _, f := range o.files {
			if int64(f.Version) > s.version {
				todo = append(todo, f.File)
				continue
			}
			sum, ok := sums[f.File.key()]
			if !ok {
				return nil, fault.New(fault.Refused, "db.migrate.order", "schema", o.schema, "file", f.Name, "version", s.version)
			}
			if !bytes.Equal(sum, f.sum[:]) {
				return nil, fault.New(fault.Refused, "db.migrate.changed", "schema", o.schema, "file", f.Name)
			}
		}
	}
	return todo, nil
}

func (f File) key() string { return fmt.Sprintf("%s/%d", f.Schema, f.Version) }

func standings(ctx context.Context, conn *pgx.Conn, all []opened) (map[string]standing, error) {
	names := make([]string, len(all))
	for i, o := range all {
		names[i] = o.schema
	}
	rows, err := conn.Query(ctx, `select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relname = 'schema_migrations' and n.nspname = any ($1)`, names)
	if err != nil {
		return nil, err
	}
	present, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(present) == 0 {
		return nil, err
	}
	parts := make([]string, len(present))
	for i, name := range present {
		parts[i] = fmt.Sprintf("select %s, version, dirty from %s", quote(name), pgx.Identifier{name, "schema_migrations"}.Sanitize())
	}
	rows, err = conn.Query(ctx, strings.Join(parts, " union all "))
	if err != nil {
		return nil, err
	}
	at := map[string]standing{}
	var name string
	var s standing
	_, err = pgx.ForEachRow(rows, []any{&name, &s.version, &s.dirty}, func() error { at[name] = s; return nil })
	return at, err
}

// recorded are the checksums of the files applied so far, by schema and version.
func recorded(ctx context.Context, conn *pgx.Conn) (map[string][]byte, error) {
	var there bool
	if err := conn.QueryRow(ctx, `select to_regclass('platform.migration_file') is not null`).Scan(&there); err != nil || !there {
		return nil, err
	}
	rows, err := conn.Query(ctx, `select schema, version, sha256 from platform.migration_file`)
	if err != nil {
		return nil, err
	}
	sums := map[string][]byte{}
	var f File
	var sum []byte
	_, err = pgx.ForEachRow(rows, []any{&f.Schema, &f.Version, &sum}, func() error {
		sums[f.key()] = bytes.Clone(sum)
		return nil
	})
	return sums, err
}

// invalidIndexes selects what from the indexes of schema $1 that a cut concurrent build left behind.
func invalidIndexes(what string) string {
	return `select ` + what + ` from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
		where n.nspname = $1 and not i.indisvalid`
}

// mend clears away what a cut concurrent build left: the index that is marked invalid, and the dirty mark. Such a
// file is the only kind that is not one transaction.
func mend(ctx context.Context, conn *pgx.Conn, o opened) error {
	d := &driver{ctx: ctx, conn: conn, stream: o}
	version, dirty, err := d.Version()
	if err != nil || !dirty || o.shape(int64(version)) != script.Concurrent {
		return err
	}
	rows, err := conn.Query(ctx, invalidIndexes("i.indexrelid::regclass::text"), o.schema)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := d.exec("drop index concurrently if exists " + name); err != nil {
			return err
		}
	}
	d.target = -1
	for _, f := range o.files {
		if int(f.Version) < version {
			d.target = int(f.Version)
		}
	}
	return d.exec("begin; " + d.mark(false) + " commit")
}
