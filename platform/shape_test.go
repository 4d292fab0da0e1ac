package platform_test

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/who"
	"egovctl/platform/merge"
)

var reshape = flag.Bool("reshape", false, "write merge/shape.tsv anew: what the migrations of this tree make")

// The tables are as this release says, and whoever changes one behind the migrations' back is told.
func TestTheShapeOfTheTables(t *testing.T) {
	d := dbtest.New(t, inspect.Streams(t)...)
	drifts := func() (names []string) {
		t.Helper()
		if err := d.Owner().Tx(context.Background(), who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
			all, err := merge.Drifts(ctx, tx, []merge.Office{merge.Schema()})
			for _, x := range all {
				names = append(names, x.Name())
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return names
	}
	if *reshape {
		lines := strings.Split(d.Text(`select string_agg(line, E'\n') from (`+merge.Shape+`) as all_lines (line)`), "\n")
		slices.Sort(lines)
		if err := os.WriteFile("merge/shape.tsv", []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff([]string(nil), drifts()); diff != "" {
		t.Fatalf("migrations changed the tables: go test ./platform -run Shape -reshape\n%s", diff)
	}
	for _, sql := range []string{
		`alter table agencies.unit add column own text`, `drop index agencies.unit_code`, `alter table platform.conflict disable row level security`,
		`grant delete on platform.conflict to egov_app`, `create table sites.own (x int)`,
	} {
		d.Exec(sql)
	}
	want := []string{"agencies.unit.column own", "agencies.unit.index unit_code", "platform.conflict.role egov_app", "platform.conflict.row security", "sites.own.column x", "sites.own.row security"}
	if diff := cmp.Diff(want, slices.DeleteFunc(drifts(), func(n string) bool { return strings.Contains(n, "egov_owner") })); diff != "" {
		t.Error(diff)
	}
	d.Exec(`insert into platform.migration_file (schema, version, name, sha256) values ('sites', 99, 'later', sha256(''))`)
	if diff := cmp.Diff([]string{"migrations.sites 99"}, drifts()); diff != "" {
		t.Errorf("the tables of a later release: %s", diff)
	}
}
