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

// less leaves out what is the runner's own: the schemas that it makes before it runs a stream, and the tables of versions.
func less(lines []string, streams []db.Stream) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool {
		return strings.Contains(line, ".schema_migrations") || slices.ContainsFunc(streams, func(s db.Stream) bool {
			return strings.HasPrefix(line, "schema "+s.Schema+" ")
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
