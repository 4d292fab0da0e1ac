package dbtest

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLint(t *testing.T) {
	safe := "begin; create table a.t (id int); alter table a.t enable row level security; create policy p on a.t using (true); commit;"
	wrap := func(s string) string { return "begin; " + s + "; commit;" }
	for name, c := range map[string]struct{ up, finding string }{
		"a whole table passes":                          {safe, ""},
		"no transaction":                                {"create table a.t (id int);", "does not begin"},
		"two transactions":                              {"begin; select 1; commit; begin; select 1; commit;", "in the middle"},
		"a table without row-level security":            {wrap("create table a.t (id int); create policy p on a.t using (true)"), "not enabled on table a.t"},
		"a table without a policy":                      {wrap("create table a.t (id int); alter table a.t enable row level security"), "has no policy"},
		"a closed table with its reason":                {"-- closed: a.t: only the owner reads it\n" + wrap("create table a.t (id int); alter table a.t enable row level security"), ""},
		"a dropped table":                               {wrap("drop table a.t"), "takes away"},
		"a dropped table with its reason":               {"-- irreversible: nobody reads it since 1.2\n" + wrap("drop table a.t"), ""},
		"a dropped column":                              {wrap("alter table a.t drop column b"), "takes away"},
		"a renamed column":                              {wrap("alter table a.t rename column b to c"), "old name"},
		"another type":                                  {wrap("alter table a.t alter column b type bigint"), "rewrites"},
		"set not null by a scan":                        {wrap("alter table a.t alter column b set not null"), "reads the whole table"},
		"a mandatory column without a default":          {wrap("alter table a.t add column b int not null"), "mandatory column"},
		"a mandatory column with a default":             {wrap("alter table a.t add column b int not null default 0"), ""},
		"an optional column":                            {wrap("alter table a.t add column b int"), ""},
		"a check that scans":                            {wrap("alter table a.t add constraint c check (b > 0)"), "not valid"},
		"a check that does not scan":                    {wrap("alter table a.t add constraint c check (b > 0) not valid"), ""},
		"a foreign key that scans":                      {wrap("alter table a.t add foreign key (b) references a.u (id)"), "not valid"},
		"a foreign key of a table that was just made":   {strings.Replace(safe, "commit", "alter table a.t add foreign key (id) references a.u (id); commit", 1), ""},
		"an index of a table that has rows":             {wrap("create index i on a.t (b)"), "blocks every writer"},
		"an index of a table that was just made":        {strings.Replace(safe, "commit", "create unique index i on a.t (id); commit", 1), ""},
		"an update of a table that has rows":            {wrap("update a.t set b = 1"), "in batches"},
		"rows that are put in":                          {wrap("insert into a.t values (1)"), ""},
		"an update of a table that was just made":       {strings.Replace(safe, "commit", "update a.t set id = 1; commit", 1), ""},
		"a block that hides what it does":               {wrap("do $$ begin drop table a.t; end $$"), "hides"},
		"a right that is taken back":                    {wrap("revoke select on a.t from b"), "takes away"},
		"a lock that is asked for":                      {wrap("lock table a.t"), "holds a lock"},
		"a generated column":                            {wrap("alter table a.t add column b int generated always as (c + 1) stored"), "rewrites"},
		"a default that differs from row to row":        {wrap("alter table a.t add column b uuid default gen_random_uuid()"), "rewrites"},
		"a default that is the same for all rows":       {wrap("alter table a.t add column b timestamptz not null default now()"), ""},
		"a column that brings a constraint":             {wrap("alter table a.t add column b int references a.u (id)"), "reads the whole table"},
		"a constraint on an index that is there":        {wrap("alter table a.t add constraint c unique using index i"), ""},
		"an exclusion that builds its index":            {wrap("alter table a.t add constraint c exclude using gist (b with &&)"), "builds an index"},
		"the second of two acts of one statement":       {wrap("alter table a.t add column b int default 0, add column c int not null"), "mandatory column"},
		"a comma within an act":                         {wrap("alter table a.t add column b numeric(4, 2)"), ""},
		"a table that is moved":                         {wrap("alter table a.t set schema b"), "moves the table"},
		"a constraint that is validated where it began": {wrap("alter table a.t add constraint c check (b > 0) not valid; alter table a.t validate constraint c"), "in a later file"},
		"a constraint that is validated later":          {wrap("alter table a.t validate constraint c"), ""},
		"an index built concurrently, alone":            {"create index concurrently if not exists i on a.t (b);", ""},
		"an index built concurrently in a transaction":  {wrap("create index concurrently i on a.t (b)"), "inside a transaction"},
		"a drop that only a comment and a string speak": {wrap("insert into a.t values ('drop table x') -- drop table y\n"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(Lint(fstest.MapFS{
				"0001_x.up.sql":   {Data: []byte(c.up)},
				"0001_x.down.sql": {Data: []byte("begin; select 1; commit;")},
			}), "\n")
			if (c.finding == "" && got != "") || !strings.Contains(got, c.finding) {
				t.Errorf("want %q, got %q", c.finding, got)
			}
		})
	}
	got := strings.Join(Lint(fstest.MapFS{"0002_x.up.sql": {Data: []byte(safe)}}), "\n")
	if !strings.Contains(got, "0001 is expected") || !strings.Contains(got, "has no 0002_x.down.sql") {
		t.Errorf("a gap and a missing down file: %q", got)
	}
}
