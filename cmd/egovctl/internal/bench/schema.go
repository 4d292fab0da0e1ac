package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/module"
	"egovctl/templates"
)

// offices opens the services without a database, for their migrations and routes.
func offices() (*platform.Offices, error) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		return nil, err
	}
	deps := module.Deps{Texts: texts, Clock: clock.System{}, Settings: module.Settings{Language: locale.Vietnamese, FilingPublic: true}}
	return platform.Open(deps, app.Files(templates.FS, ""), nil)
}

// schemaSQL is every migration of every service as psql would run it, one file after the other.
func schemaSQL() (string, error) {
	o, err := offices()
	if err != nil {
		return "", err
	}
	streams := []db.Stream{db.PlatformStream()}
	for _, m := range o.Modules() {
		streams = append(streams, db.Stream{Schema: m.Name, FS: m.Migrations})
	}
	var sql strings.Builder
	for _, s := range streams {
		fmt.Fprintf(&sql, "create schema if not exists %s;\n", s.Schema)
		names, err := fs.Glob(s.FS, "*.up.sql")
		if err != nil {
			return "", err
		}
		slices.Sort(names)
		for _, name := range names {
			text, err := fs.ReadFile(s.FS, name)
			if err != nil {
				return "", err
			}
			sql.Write(text)
			sql.WriteString("\n")
		}
	}
	return sql.String(), nil
}

// rowsSQL reads an installed instance and writes its rows as COPY ... FROM STDIN, in an order that satisfies the foreign
// keys, in one transaction. Tables of the migration runner and of the job queue are left out. schema is the SQL of all
// migrations.
func rowsSQL(ctx context.Context, in *instance, schema string) (sql []byte, rows int64, err error) {
	conn, err := in.connect(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = conn.Close(ctx) }()
	tables, err := inOrder(ctx, conn)
	if err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	out.WriteString("begin;\n")
	for _, t := range tables {
		var data bytes.Buffer
		tag, err := conn.PgConn().CopyTo(ctx, &data, "copy "+t.name+" ("+t.columns+") to stdout")
		if err != nil {
			return nil, 0, fmt.Errorf("copy %s: %w", t.name, err)
		}
		if tag.RowsAffected() == 0 {
			continue
		}
		rows += tag.RowsAffected()
		if strings.Contains(schema, "insert into "+t.name) { // a migration may have put rows there already
			fmt.Fprintf(&out, "delete from %s;\n", t.name)
		}
		fmt.Fprintf(&out, "copy %s (%s) from stdin;\n%s\\.\n", t.name, t.columns, data.Bytes())
	}
	out.WriteString("commit;\n")
	return out.Bytes(), rows, nil
}

type table struct {
	id            uint32
	name, columns string
	needs         []uint32 // tables that its foreign keys point at
}

const tablesSQL = `select c.oid, format('%I.%I', n.nspname, c.relname),
	(select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
		where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''),
	array(select distinct k.confrelid from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid)
	from pg_class c join pg_namespace n on n.oid = c.relnamespace
	where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and c.relname !~ '^(schema_migrations|job|migration_file)$'
	order by 2`

// inOrder lists the tables, those that others point at first.
func inOrder(ctx context.Context, conn *pgx.Conn) ([]table, error) {
	rows, err := conn.Query(ctx, tablesSQL)
	if err != nil {
		return nil, err
	}
	left, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (table, error) {
		var t table
		return t, row.Scan(&t.id, &t.name, &t.columns, &t.needs)
	})
	if err != nil {
		return nil, err
	}
	var out []table
	done := map[uint32]bool{}
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(t table) bool {
			return !slices.ContainsFunc(t.needs, func(id uint32) bool { return !done[id] })
		})
		if i < 0 {
			return nil, fmt.Errorf("foreign keys go round in a circle at %s", left[0].name)
		}
		done[left[i].id] = true
		out, left = append(out, left[i]), slices.Delete(left, i, i+1)
	}
	return out, nil
}
