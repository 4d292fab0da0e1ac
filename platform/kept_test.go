package platform_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

// Every table is kept, or testdata/kept.csv says why not; and nothing that the platform does by itself or for people looks
// like a loss.
func TestWhatPeopleEnteredIsKept(t *testing.T) {
	f, err := os.Open("testdata/kept.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, l := range lines[1:] {
		if want[l[0]] != "" || (l[1] != "yes" && l[1] != "no") || l[2] == "" {
			t.Errorf("testdata/kept.csv: %v", l)
		}
		want[l[0]] = l[1]
	}
	d := inspect.Filled(t).DB
	for line := range strings.Lines(d.Text(`select coalesce(string_agg(n.nspname || '.' || c.relname || ' ' || case when k.id is null then 'no' else 'yes' end, e'\n' order by 1), '')
		from pg_class c join pg_namespace n on n.oid = c.relnamespace left join platform.kept k on k.name = n.nspname || '.' || c.relname
		where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)' and c.relname <> 'schema_migrations'`)) {
		var name, kept string
		if _, err := fmt.Sscan(line, &name, &kept); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if want[name] != kept {
			t.Errorf("%s: kept %s, testdata/kept.csv says %q", name, kept, want[name])
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("testdata/kept.csv names %s, which is not there", name)
	}
	lost := d.Text(`select coalesce(string_agg(distinct k.name || ' ' || m.op::text || ' ' || key, e'\n'), '') from platform.kept_move m join platform.kept k on k.id = m.kept
		cross join unnest(m.keys) key where not exists (select from platform.audit a where a.xact = m.xact)`)
	if lost += d.Text(`select coalesce(string_agg(k.name || ' ' || l.op::text || ' ' || l.key, e'\n'), '') from platform.kept_loss l join platform.kept k on k.id = l.kept`); lost != "" {
		t.Errorf("changed without an act:\n%s", lost)
	}
}
