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
	var others []string
	drifts := func() (names []string) {
		t.Helper()
		if err := d.Owner().Tx(context.Background(), who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
			all, err := merge.Drifts(ctx, tx, []merge.Office{merge.Schema(func() ([]string, error) { return others, nil })})
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
		if err := os.WriteFile("merge/"+merge.ShapeFile, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
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
	d.Exec(`create table sites.later (x int); insert into platform.migration_file (schema, version, name, sha256) values ('sites', 99, 'later', sha256(''))`)
	if diff := cmp.Diff([]string{"migrations.sites 99"}, drifts()); diff != "" {
		t.Errorf("the tables of a later release that is not here: %s", diff)
	}
	own, err := merge.Made.ReadFile(merge.ShapeFile)
	if err != nil {
		t.Fatal(err)
	}
	later := strings.Replace(string(own), "agencies.unit\tindex unit_code\t", "agencies.unit\tindex unit_kode\t", 1) +
		"sites.later\tcolumn x\tinteger\nsites.later\trow security\tfalse false\n"
	others = []string{string(own), later + "migrations\tsites 99\t00\n"}
	if diff := cmp.Diff([]string{"migrations.sites 99"}, drifts()); diff != "" {
		t.Errorf("a release of the same number and another content: %s", diff)
	}
	others = append(others, later+"migrations\tsites 99\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n")
	want = slices.DeleteFunc(want, func(n string) bool { return n == "agencies.unit.index unit_code" }) // the later release does without, too
	want = slices.Insert(want, 1, "agencies.unit.index unit_kode")                                      // and brings one of its own, which is not there
	if diff := cmp.Diff(want, drifts()); diff != "" {
		t.Errorf("what neither release has done: %s", diff)
	}
	others[1] = others[2] + "migrations\tsites 100\t00\n"
	others = others[:2]
	if diff := cmp.Diff(slices.Delete(want, 1, 2), drifts()); diff != "" {
		t.Errorf("an upgrade that was cut between two migrations: %s", diff)
	}
}
