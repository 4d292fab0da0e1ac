package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/services/onestop/internal/trial"
	"egovctl/platform/workflow"
)

// measured counts the buffers that each query touches before it runs it.
type measured struct {
	pgx.Tx
	t       *testing.T
	buffers int
}

func (m *measured) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	var plan []byte
	if err := m.Tx.QueryRow(ctx, "explain (analyze, buffers, format json) "+sql, args...).Scan(&plan); err != nil {
		m.t.Fatal(err)
	}
	var out []struct {
		Plan struct {
			Hit  int `json:"Shared Hit Blocks"`
			Read int `json:"Shared Read Blocks"`
		}
	}
	if err := json.Unmarshal(plan, &out); err != nil {
		m.t.Fatal(err)
	}
	m.buffers += out[0].Plan.Hit + out[0].Plan.Read
	return m.Tx.Query(ctx, sql, args...)
}

// many fills an agency with dossiers that wait for its head, and as many that are long returned.
func many(o *trial.Office, n int) {
	o.DB.Exec(`insert into onestop.procedure_version (code, name, hash, body) values ('1.000001', 'Thủ tục', '\x00', '{}')`)
	o.DB.Exec(`insert into onestop.dossier (id, agency_id, competent_id, at_agency, involved, procedure_code, version_id, workflow, workflow_version,
		reference, channel, state, status, desk, officer, submitted_at, received_at, due_at, content_hash)
		select gen_random_uuid(), 3, 3, 3, '{3}', '1.000001', (select id from onestop.procedure_version), 'standard', 1, 'R' || i, 'direct',
		case when i % 2 = 0 then 'received' else 'returned' end, case when i % 2 = 0 then 2 else 10 end, case when i % 2 = 0 then 'head' end,
		'acc-officer', timestamptz '2026-01-01' + i * interval '1 minute', timestamptz '2026-01-01' + i * interval '1 minute',
		timestamptz '2026-02-01' + (i * 7919 % $1::int) * interval '1 minute', '\x00' from generate_series(1, $1::int) i`, n)
	o.DB.Exec(`analyze onestop.dossier`)
}

func TestAPageOfTheInboxCostsTheSameAtAnySize(t *testing.T) {
	cost := map[string][]int{}
	for _, n := range []int{2_000, 60_000} {
		o := trial.Open(t)
		many(o, n)
		for name, q := range map[string]store.Query{
			"what waits for the head":      {Agency: trial.Ward, Desks: []who.Role{who.Head}, Limit: 21},
			"a state":                      {Agency: trial.Ward, State: workflow.Received, Limit: 21},
			"head and officer in one list": {Agency: trial.Ward, Desks: []who.Role{who.Head, who.Leader}, Officer: "acc-officer", Limit: 21},
		} {
			for _, depth := range []int{1, 40} { // pages
				o.Tx(t, trial.Head, func(ctx context.Context, tx pgx.Tx) error {
					m := &measured{Tx: tx, t: t}
					if _, err := o.Desk.Store.List(ctx, tx, q); err != nil { // a fresh connection first reads the catalogue
						return err
					}
					for page := range depth {
						m.buffers = 0
						lines, err := o.Desk.Store.List(ctx, m, q)
						if err != nil || len(lines) != 21 {
							t.Fatalf("%s, page %d: %d lines, %v", name, page, len(lines), err)
						}
						if !slices.IsSortedFunc(lines, func(a, b store.Line) int { return a.RankAt.Compare(b.RankAt) }) {
							t.Fatal("not by date")
						}
						q.After = store.Position{At: lines[20].RankAt, ID: lines[20].ID}
					}
					cost[name] = append(cost[name], m.buffers)
					return nil
				})
				q.After = store.Position{}
			}
		}
		o.Tx(t, trial.Head, func(ctx context.Context, tx pgx.Tx) error {
			m := &measured{Tx: tx, t: t}
			got, err := o.Desk.Store.Tally(ctx, m, trial.Ward, o.Desk.States(), 100)
			if err != nil || got[workflow.Received] != 100 || got[workflow.Signed] != 0 {
				t.Fatalf("%v %v", got, err)
			}
			return nil
		})
	}
	for name, buffers := range cost {
		t.Log(name, buffers)
		if slices.Max(buffers) > 30 {
			t.Errorf("%s: %v buffers", name, buffers)
		}
	}
}

func TestTallyCountsOnlyInScope(t *testing.T) {
	o := trial.Open(t)
	many(o, 100)
	o.Tx(t, trial.Elsewhere, func(ctx context.Context, tx pgx.Tx) error {
		got, err := o.Desk.Store.Tally(ctx, tx, trial.Ward, o.Desk.States(), 100)
		if len(got) != 0 {
			t.Errorf("another agency's clerk counts %v", got)
		}
		return err
	})
}

func TestNumbersAreNeverGivenTwice(t *testing.T) {
	o := trial.Open(t)
	const workers, each = 8, 25
	var mu sync.Mutex
	got := map[int]int{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				err := o.DB.App().Tx(context.Background(), trial.Clerk, func(ctx context.Context, tx pgx.Tx) error {
					n, err := o.Desk.Store.Next(ctx, tx, trial.Ward, o.Clock.Now())
					mu.Lock()
					got[n]++
					mu.Unlock()
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for n := 1; n <= workers*each; n++ {
		if got[n] != 1 {
			t.Fatalf("number %d was given %d times", n, got[n])
		}
	}
	o.Clock.Set(trial.Morning(9).AddDate(0, 0, 1).In(clock.Vietnam))
	o.Tx(t, trial.Clerk, func(ctx context.Context, tx pgx.Tx) error {
		n, err := o.Desk.Store.Next(ctx, tx, trial.Ward, o.Clock.Now())
		if n != 1 {
			t.Errorf("the next day begins with %d", n)
		}
		return err
	})
	o.DB.Exec(`update onestop.counter set n = 9999`)
	o.Tx(t, trial.Clerk, func(ctx context.Context, tx pgx.Tx) error {
		n, err := o.Desk.Store.Next(ctx, tx, trial.Ward, o.Clock.Now())
		if code := dossier.Code("H17.110", o.Clock.Now(), n); code != "H17.110-260310-10000" {
			t.Errorf("after 9,999 comes %s", code)
		}
		return err
	})
}

var tables = []string{"dossier", "dossier_person", "dossier_secret", "component", "step", "notice", "counter"}

func TestRowLevelSecurityIsTheSecondWall(t *testing.T) {
	o := trial.Open(t)
	o.Tx(t, trial.Citizen, func(ctx context.Context, tx pgx.Tx) error {
		_, err := o.Desk.File(ctx, tx, trial.Citizen, trial.Wedding())
		return err
	})
	ref := o.DB.Text(`select reference from onestop.dossier`)
	o.Tx(t, trial.Clerk, func(ctx context.Context, tx pgx.Tx) error {
		_, err := o.Desk.Act(ctx, tx, trial.Clerk, ref, desk.Act{Action: "receive"})
		return err
	})
	all := map[string]bool{"dossier": true, "dossier_person": true, "dossier_secret": true, "component": true, "step": true, "notice": true, "counter": true}
	own := map[string]bool{"dossier": true, "dossier_person": true, "dossier_secret": true, "component": true, "step": true, "notice": true}
	for _, c := range []struct {
		name string
		by   who.Principal
		sees map[string]bool
	}{
		{"the clerk", trial.Clerk, all}, {"the owner", trial.Citizen, own}, {"a leader above", trial.Chair, all}, {"the program", who.Program("test"), all},
		{"a stranger", trial.Stranger, nil}, {"nobody", who.Nobody(), nil}, {"another agency", trial.Elsewhere, nil},
		{"an account whose id is empty", who.Principal{Kind: who.Person}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o.Tx(t, c.by, func(ctx context.Context, tx pgx.Tx) error {
				for _, table := range tables {
					var n int
					if err := tx.QueryRow(ctx, `select count(*) from onestop.`+table).Scan(&n); err != nil {
						t.Fatal(err)
					}
					if (n > 0) != c.sees[table] {
						t.Errorf("%s: %d rows", table, n)
					}
				}
				tag, err := tx.Exec(ctx, `update onestop.dossier set state = state`)
				if (tag.RowsAffected() > 0) != c.sees["dossier"] {
					t.Errorf("changes %d dossiers", tag.RowsAffected())
				}
				return err
			})
		})
	}
	for _, sql := range []string{`delete from onestop.dossier`, `update onestop.step set note = ''`, `delete from onestop.step`, `update onestop.dossier_person set name = ''`, `delete from onestop.notice`} {
		err := o.DB.App().Tx(context.Background(), who.Program("test"), func(ctx context.Context, tx pgx.Tx) error { _, err := tx.Exec(ctx, sql); return err })
		if err == nil {
			t.Errorf("the platform may %s", sql)
		}
	}
	for _, table := range tables {
		if refusedReadOnly(t, o.DB, `select count(*) from onestop.`+table) == nil {
			t.Errorf("the read-only role reads %s", table)
		}
	}
	if err := refusedReadOnly(t, o.DB, `select count(*) from onestop.procedure_version`); err != nil {
		t.Errorf("the read-only role reads public facts: %v", err)
	}
}

func refusedReadOnly(t *testing.T, d *dbtest.DB, sql string) error {
	t.Helper()
	p, err := pgxpool.New(context.Background(), d.ReadOnlyDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var n int
	return p.QueryRow(context.Background(), sql).Scan(&n)
}

func TestASecretOpensOneDossierAndNothingElse(t *testing.T) {
	o := trial.Open(t)
	for range 2 {
		o.Tx(t, trial.Citizen, func(ctx context.Context, tx pgx.Tx) error {
			_, err := o.Desk.File(ctx, tx, trial.Citizen, trial.Wedding())
			return err
		})
	}
	ref := o.DB.Text(`select reference from onestop.dossier limit 1`)
	secret := o.DB.Text(`select secret from onestop.dossier_secret s join onestop.dossier d on d.id = s.dossier_id where d.reference = $1`, ref)
	for given, want := range map[string]int{secret: 1, "": 0, "x": 0, "' or true --": 0} {
		o.Tx(t, who.Nobody(), func(ctx context.Context, tx pgx.Tx) error {
			ok, err := o.Desk.Store.Open(ctx, tx, ref, given)
			var n int
			if err := tx.QueryRow(ctx, `select count(*) from onestop.dossier`).Scan(&n); err != nil {
				return err
			}
			if n != want || ok != (want == 1) {
				t.Errorf("%q opens %d dossiers", given, n)
			}
			return err
		})
	}
}

func TestTheSchemaGoesUpDownAndUp(t *testing.T) {
	d := dbtest.New(t, trial.Streams()...)
	files := trial.Streams()[1].FS
	for _, file := range []string{"0001_dossiers.down.sql", "0001_dossiers.up.sql"} {
		raw, err := fsRead(files, file)
		if err != nil {
			t.Fatal(err)
		}
		d.Exec(raw)
		left := d.Text(`select count(*) from pg_class where relnamespace = 'onestop'::regnamespace and relname <> 'schema_migrations' and relkind in ('r', 'i', 'S') and relname not like 'schema_migrations%'`)
		if (left == "0") != (file == "0001_dossiers.down.sql") {
			t.Fatalf("after %s %s relations stand", file, left)
		}
	}
	for _, table := range append(slices.Clone(tables), "procedure_version") {
		if d.Text(`select relrowsecurity from pg_class where oid = $1::regclass`, fmt.Sprint("onestop.", table)) != "true" {
			t.Errorf("%s has no row-level security", table)
		}
	}
}

func fsRead(from fs.FS, name string) (string, error) {
	raw, err := fs.ReadFile(from, name)
	return string(raw), err
}
