package script

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitSeesPastWhatHidesASemicolon(t *testing.T) {
	sql := `-- a; comment
begin; /* b; */ insert into t values ('x;''y', "odd;name");
create function f() returns int as $body$ begin; return 1; end $body$ language plpgsql;
commit;
`
	var got []string
	for _, s := range Split(sql) {
		got = append(got, s.Bare)
	}
	want := []string{"begin", `insert into t values ('''', "odd;name")`, "create function f() returns int as '' language plpgsql", "commit"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestShapeOf(t *testing.T) {
	for name, c := range map[string]struct {
		sql   string
		shape Shape
		bad   bool
	}{
		"one transaction":                          {"-- why\nbegin;\nselect 1;\ncommit;\n", Transaction, false},
		"upper case and a trailing comment":        {"BEGIN; select 1; COMMIT; -- done", Transaction, false},
		"no begin":                                 {"select 1; commit;", 0, true},
		"no commit":                                {"begin; select 1;", 0, true},
		"a second transaction in the middle":       {"begin; select 1; commit; begin; select 2; commit;", 0, true},
		"commit hidden in a comment":               {"begin; select 1; -- commit;", 0, true},
		"one concurrent index":                     {"create index concurrently if not exists a on t (b);", Concurrent, false},
		"a concurrent index inside a transaction":  {"begin; create index concurrently a on t (b); commit;", 0, true},
		"a concurrent index beside something else": {"create index concurrently a on t (b); select 1;", 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			shape, begin, commit, err := ShapeOf(c.sql)
			if (err != nil) != c.bad || shape != c.shape {
				t.Fatalf("shape %v, error %v", shape, err)
			}
			if err == nil && shape == Transaction && !(begin < commit && c.sql[begin-1] == ';') {
				t.Errorf("offsets %d %d", begin, commit)
			}
		})
	}
}
