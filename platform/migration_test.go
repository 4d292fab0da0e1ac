package platform_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// Every stream keeps the law of migrations; the tables that are no agency's have a reason in testdata/tables.csv.
func TestMigrationsKeepTheLaw(t *testing.T) {
	for _, s := range append(inspect.Streams(t), db.PlatformStream()) {
		t.Run(s.Schema, func(t *testing.T) { dbtest.LintMigrations(t, s.FS) })
	}
}

// Down undoes what up has done, to the last grant, and up does it again: on real PostgreSQL, stream by stream, with nothing
// in the tables and with a province's data and dossiers in them.
func TestMigrationsGoUpDownAndUp(t *testing.T) {
	streams := append([]db.Stream{db.PlatformStream()}, inspect.Streams(t)...)
	before, whole := stepwise(t, streams)
	if len(whole) < 300 {
		t.Errorf("only %d lines describe the schema: this test looks in the wrong place", len(whole))
	}
	t.Run("with nothing in them", func(t *testing.T) { upDownUp(t, dbtest.New(t, streams[1:]...), streams, before, whole) })
	t.Run("with a province's data and dossiers", func(t *testing.T) {
		d := inspect.Filled(t).DB
		if rows := d.Text(`select sum(n) from (select count(*) n from onestop.dossier union all select count(*) from onestop.step union all
			select count(*) from identity.account_person union all select count(*) from platform.audit) x`); len(rows) < 4 {
			t.Fatalf("%s rows: nearly nothing is there", rows)
		}
		upDownUp(t, d, streams, before, whole)
	})
}

// stepwise applies the streams one by one to an empty database, and gives the schema before each and after all. On its way
// each file fails once, at its very end: it must leave nothing behind and be applied as if nothing had been.
func stepwise(t *testing.T, streams []db.Stream) (before [][]string, whole []string) {
	d := dbtest.Empty(t)
	for i, s := range streams {
		before = append(before, schema(t, d.OwnerDSN()))
		for n := range files(t, s) {
			was := schema(t, d.OwnerDSN())
			if failing, ok := upTo(t, s, n, "select 1/0;\ncommit;"); ok { // an index built concurrently is no transaction
				err := db.Steps(context.Background(), d.OwnerDSN(), failing, 1)
				var f *fault.Error
				if !errors.As(err, &f) || f.Key != "db.migrate.failed" || !strings.Contains(err.Error(), "division by zero") {
					t.Errorf("%s: file %d failed with %v", s.Schema, n+1, err)
				}
			}
			if left := cmp.Diff(less(was, streams[i:]), less(schema(t, d.OwnerDSN()), streams[i:])); left != "" {
				t.Errorf("%s: file %d failed and left (+):\n%s", s.Schema, n+1, left)
			}
			if got := d.Text("select coalesce(max(version), 0) || ' ' || count(*) filter (where dirty) from " + s.Schema + ".schema_migrations"); got != fmt.Sprintf("%d 0", n) {
				t.Errorf("%s: after file %d has failed version and dirty ones are %s", s.Schema, n+1, got)
			}
			sound, _ := upTo(t, s, n, "commit;")
			if err := db.Steps(context.Background(), d.OwnerDSN(), sound, 1); err != nil {
				t.Fatalf("%s: file %d after it had failed: %v", s.Schema, n+1, err)
			}
		}
	}
	return before, schema(t, d.OwnerDSN())
}

// upTo is the up files of a stream up to number n from 0, with another end of that one, if it is a transaction.
func upTo(t *testing.T, s db.Stream, n int, end string) (out db.Stream, ended bool) {
	t.Helper()
	names, err := fs.Glob(s.FS, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	all := fstest.MapFS{}
	for i, name := range names[:n+1] {
		text, err := fs.ReadFile(s.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if at := bytes.LastIndex(text, []byte("commit;")); i == n && at > 0 {
			text, ended = append(slices.Clone(text[:at]), end+string(text[at+len("commit;"):])...), true
		}
		all[name] = &fstest.MapFile{Data: text}
	}
	return db.Stream{Schema: s.Schema, FS: all}, ended
}

func upDownUp(t *testing.T, d *dbtest.DB, streams []db.Stream, before [][]string, whole []string) {
	ctx, dsn := context.Background(), d.OwnerDSN()
	if d := cmp.Diff(whole, schema(t, dsn)); d != "" {
		t.Errorf("the schema before it goes down (-one by one +at once):\n%s", d)
	}
	for i, s := range slices.Backward(streams) {
		if err := db.Steps(ctx, dsn, s, -files(t, s)); err != nil {
			t.Fatalf("%s down: %v", s.Schema, err)
		}
		if d := cmp.Diff(less(before[i], streams[i:]), less(schema(t, dsn), streams[i:])); d != "" {
			t.Errorf("%s: what was there before (-) and what down has left (+):\n%s", s.Schema, d)
		}
	}
	if _, err := db.Migrate(ctx, dsn, streams, nil); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole, schema(t, dsn)); d != "" {
		t.Errorf("up, down and up is not up (-first +second):\n%s", d)
	}
}

// A run that was refused or undone says so, and what to do, in both languages.
func TestAStoppedMigrationSaysWhatToDo(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"failed", "dirty", "changed", "order", "stream", "busy", "interrupted"} {
		for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
			if !texts.Has(lang, "db.migrate."+key) || !texts.Has(lang, "db.migrate."+key+".cure") {
				t.Errorf("%s: db.migrate.%s has no sentence or no cure", lang, key)
			}
		}
	}
}

func schema(t *testing.T, dsn string) []string {
	t.Helper()
	lines, err := inspect.Schema(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// less leaves out what is the runner's own: the schemas that it makes before it runs a stream, with nobody's rights on them
// but the owner's, and the tables of versions.
func less(lines []string, streams []db.Stream) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return strings.Contains(line, ".schema_migrations") || slices.ContainsFunc(streams, func(s db.Stream) bool {
			return strings.HasPrefix(line, "schema "+s.Schema+" ") && !strings.Contains(line, db.AppRole)
		})
	})
}

func files(t *testing.T, s db.Stream) int {
	t.Helper()
	names, err := fs.Glob(s.FS, "*.up.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no files (%v)", s.Schema, err)
	}
	return len(names)
}
