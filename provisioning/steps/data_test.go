package steps_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/merge"
	"egovctl/provisioning/steps/once"
	"egovctl/provisioning/steps/schema"
	"egovctl/provisioning/steps/seed"
	"egovctl/provisioning/steps/server"
)

// made lists the steps up to and with the one named, as an installation has them.
func made(site instance.Site, last string) []engine.Step {
	all := []engine.Step{
		layout.New(site), answers.New(site, secrets()), cluster.New(site, true), server.New(site),
		database.New(site, false), schema.New(site, streams(), false), seed.New(site, loads(), false),
	}
	for i, s := range all {
		if s.Info().Name == last {
			return all[:i+1]
		}
	}
	panic(last)
}

// onData is a fixture on a host that has everything up to the step named; PostgreSQL runs there when it was started.
func onData(t *testing.T, last string) (instance.Site, enginetest.Fixture) {
	site := here(t)
	lay(t, site, last, made(site, last)...)
	f := enginetest.Fixture{Host: host.NewLocal(), Root: string(site.Root), Varies: varies(site), Costly: true}
	for _, name := range []string{instance.SuperPassword, instance.OwnerPassword, instance.AppPassword, instance.ReadOnlyPassword} {
		if s, err := site.Secret(name); err == nil {
			f.Secrets = append(f.Secrets, s.Reveal())
		}
	}
	if last != "layout" && last != "answers" && last != "cluster" {
		c, err := site.Cluster(f.Host)
		if err == nil {
			err = c.Start(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.Release = func() { halt(t, site) }
	return site, f
}

func clusterFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "answers")
	f.Step = cluster.New(site, true)
	return f
}

func serverFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "cluster")
	f.Step = server.New(site)
	f.State = func(t *testing.T) string {
		if up, err := site.Running(f.Host); err != nil || !up {
			return "stopped"
		}
		return "running"
	}
	return f
}

// The steps from here on work inside the data, which stay when an instance is removed: their undo says so.

func databaseFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "server")
	f.Step = database.New(site, false)
	f.State = func(t *testing.T) string {
		return ask(t, site, instance.Superuser, instance.SuperPassword, "postgres",
			`select string_agg(x, ' ' order by x) from (select rolname::text x from pg_roles where rolname like 'egov%' union all select datname || coalesce(datacl::text, '') from pg_database where datname = 'egov') t`)
	}
	return f
}

func streams() []db.Stream {
	return []db.Stream{{Schema: "sample", FS: fstest.MapFS{
		"0001_note.up.sql":   {Data: []byte("begin; create table sample.note (text text not null); grant usage on schema sample to egov_app; commit;\n")},
		"0001_note.down.sql": {Data: []byte("begin; drop table sample.note; commit;\n")},
	}}}
}

func schemaFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "database")
	f.Step = schema.New(site, streams(), false)
	f.State = func(t *testing.T) string {
		return ask(t, site, db.OwnerRole, instance.OwnerPassword, instance.Database,
			`select string_agg(table_schema || '.' || table_name, ' ' order by 1) from (select table_schema, table_name from information_schema.tables where table_schema in ('platform', 'sample') order by 1, 2) t`)
	}
	return f
}

func loads() []seed.Load {
	return []seed.Load{{
		Service: "sample", Digest: func() ([]byte, error) { return []byte("digest"), nil },
		Into: func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `insert into sample.note values ('packaged')`)
			return err
		},
	}}
}

// work merges rows that the seed above loaded from another release.
func work() merge.Work {
	return merge.Work{
		Services: []string{"sample"}, Digest: func() ([]byte, error) { return []byte("the next digest"), nil },
		Into: func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `insert into sample.note values ('merged')`)
			return err
		},
		Noted: func(ctx context.Context, tx pgx.Tx) (noted bool, err error) {
			err = tx.QueryRow(ctx, `select exists (select from sample.note where text = 'noted')`).Scan(&noted)
			return noted, err
		},
		Note: func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `insert into sample.note values ('noted')`)
			return err
		},
	}
}

func mergeFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "seed")
	f.Step = merge.New(site, work())
	f.State = func(t *testing.T) string {
		return ask(t, site, db.OwnerRole, instance.OwnerPassword, instance.Database,
			`select string_agg(text, ' ' order by text) || ' ' || (select string_agg(digest::text, ' ') from platform.seed) from sample.note`)
	}
	return f
}

func seedFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "schema")
	f.Step = seed.New(site, loads(), false)
	f.State = func(t *testing.T) string { return notes(t, site) }
	return f
}

func notes(t *testing.T, site instance.Site) string {
	return ask(t, site, db.OwnerRole, instance.OwnerPassword, instance.Database, `select string_agg(text, ' ' order by text) from sample.note`)
}

// task is what the wiring plugs: it notes in its own transaction that it happened.
type task struct{ site instance.Site }

func (k task) Done(ctx context.Context) (done, ok bool, err error) {
	conn, err := k.connect(ctx)
	if err != nil {
		return false, false, err
	}
	defer func() { _ = conn.Close(ctx) }()
	err = conn.QueryRow(ctx, `select exists (select from sample.note where text = 'once')`).Scan(&done)
	return done, true, err
}

func (k task) Do(ctx context.Context, _ engine.Host, _ engine.Progress) error {
	conn, err := k.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, `insert into sample.note values ('once')`)
	return err
}

func (k task) connect(ctx context.Context) (*pgx.Conn, error) {
	dsn, err := k.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	return pgx.Connect(ctx, dsn.Reveal())
}

func onceFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "seed")
	f.Step = once.New("accounts", "seed", task{site}, false)
	f.State = func(t *testing.T) string { return notes(t, site) }
	return f
}

// ask is the first column of the first row, as the role whose password is the secret name.
func ask(t *testing.T, site instance.Site, role, name, database, sql string) string {
	t.Helper()
	dsn, err := site.DSN(role, name, database)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), dsn.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var got *string
	if err := conn.QueryRow(t.Context(), sql).Scan(&got); err != nil {
		t.Fatal(err)
	}
	if got == nil {
		return ""
	}
	return strings.TrimSpace(*got)
}
