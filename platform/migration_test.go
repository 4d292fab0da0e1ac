package platform_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/internal/inspect"
)

// Every stream keeps the law of migrations; the tables that are no agency's have a reason in testdata/tables.csv.
func TestMigrationsKeepTheLaw(t *testing.T) {
	for _, s := range append(inspect.Streams(t), db.PlatformStream()) {
		t.Run(s.Schema, func(t *testing.T) { dbtest.LintMigrations(t, s.FS) })
	}
}

// Down undoes what up has done, to the last grant, and up does it again: on real PostgreSQL, stream by stream.
func TestMigrationsGoUpDownAndUp(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Empty(t)
	dsn := d.OwnerDSN()
	streams := inspect.Streams(t)
	var before [][]string // the schema before each stream
	for i := range streams {
		if _, err := db.Migrate(ctx, dsn, streams[:i], nil); err != nil {
			t.Fatal(err)
		}
		before = append(before, schema(t, dsn))
	}
	if _, err := db.Migrate(ctx, dsn, streams, nil); err != nil {
		t.Fatal(err)
	}
	whole := schema(t, dsn)
	for i, s := range slices.Backward(streams) {
		if err := db.Steps(ctx, dsn, s, -files(t, s)); err != nil {
			t.Fatalf("%s down: %v", s.Schema, err)
		}
		left := slices.DeleteFunc(schema(t, dsn), func(line string) bool { return ofRunner(line, s.Schema) })
		if d := cmp.Diff(before[i], left); d != "" {
			t.Errorf("%s: what was there before (-) and what down has left (+):\n%s", s.Schema, d)
		}
	}
	if _, err := db.Migrate(ctx, dsn, streams, nil); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole, schema(t, dsn)); d != "" {
		t.Errorf("up, down and up is not up (-first +second):\n%s", d)
	}
	if len(whole) < 300 {
		t.Errorf("only %d lines describe the schema: this test looks in the wrong place", len(whole))
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

// ofRunner reports whether a line is the runner's own of a schema: the schema itself and the table of its versions.
func ofRunner(line, schema string) bool {
	return strings.HasPrefix(line, "schema "+schema+" ") || strings.Contains(line, schema+".schema_migrations")
}

func files(t *testing.T, s db.Stream) int {
	t.Helper()
	names, err := fs.Glob(s.FS, "*.up.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: no files (%v)", s.Schema, err)
	}
	return len(names)
}
