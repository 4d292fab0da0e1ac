package ledger_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/db/dbtest"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/ledger"
)

// office is a service with one kept table.
var office = db.Stream{Schema: "office", FS: fstest.MapFS{
	"0001_papers.up.sql": {Data: []byte(`begin; grant usage on schema office to egov_app;
		create table office.paper (folder int, page int, text text, at timestamptz not null default now(), shout text generated always as (upper(text)) stored, primary key (folder, page));
		alter table office.paper enable row level security; create policy all_seen on office.paper using (true) with check (true);
		grant select, insert, update, delete on office.paper to egov_app; select platform.keep('office.paper'); commit;`)},
	"0001_papers.down.sql": {Data: []byte(`begin; select platform.unkeep('office.paper'); drop table office.paper; commit;`)},
}}

// fatal is what a test of either kind can do.
type fatal interface {
	Helper()
	Fatal(args ...any)
}

var clerk = who.Program("clerk")

// act does something in a transaction of the product: with its line in the audit log.
func act(ctx context.Context, d *dbtest.DB, statements ...string) error {
	return d.App().Tx(ctx, clerk, func(ctx context.Context, tx pgx.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, clerk, audit.Act{Service: "office", Action: "paper.write"})
	})
}

func take(t fatal, d *dbtest.DB) (all ledger.Totals) {
	t.Helper()
	err := d.App().Tx(context.Background(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		all, err = ledger.Take(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// compare is the report's line of our one table.
func compare(t fatal, d *dbtest.DB, before ledger.Totals, full bool) (table ledger.Table) {
	t.Helper()
	err := d.App().Tx(context.Background(), clerk, func(ctx context.Context, tx pgx.Tx) error {
		var all map[string]ledger.Total
		if full {
			var err error
			if all, err = ledger.Recount(ctx, tx, nil); err != nil {
				return err
			}
		}
		tables, err := ledger.Compare(ctx, tx, before, all)
		i := slices.IndexFunc(tables, func(t ledger.Table) bool { return t.Name == "office.paper" })
		if err == nil {
			table = tables[i]
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// super is who owns the host: no act of the product.
func super(t testing.TB, d *dbtest.DB, sql string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(context.Background(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestWhatGoesBehindTheProductsBackIsNamed(t *testing.T) {
	for _, tc := range []struct {
		name, behind             string
		missing, changed         []string
		after                    int64
		withoutTriggers, counted bool
	}{
		{name: "nothing", behind: "select 1", after: 3},
		{name: "a row is deleted", behind: "delete from office.paper where page = 2", missing: []string{"1 2"}, after: 2},
		{name: "rows are changed", behind: "update office.paper set text = 'x' where page > 1", changed: []string{"1 2", "1 3"}, after: 3},
		{name: "a change that changes nothing", behind: "update office.paper set text = text", after: 3},
		{name: "a row is added: no loss", behind: "insert into office.paper values (9, 9, 'new')", after: 4},
		{name: "deleted with the triggers off: seen when all is counted", behind: "set session_replication_role = replica; delete from office.paper where page = 2",
			after: 3, counted: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := dbtest.New(t, office)
			if err := act(t.Context(), d, "insert into office.paper select 1, n, 'text ' || n from generate_series(1, 3) n"); err != nil {
				t.Fatal(err)
			}
			before := take(t, d)
			super(t, d, tc.behind)
			got := compare(t, d, before, true)
			if diff := cmp.Diff([][]string{append([]string{}, tc.missing...), append([]string{}, tc.changed...)}, [][]string{got.Missing, got.Changed}); diff != "" {
				t.Error(diff)
			}
			if got.Before != 3 || got.After != tc.after || (got.Counted != nil) != tc.counted {
				t.Errorf("%+v", got)
			}
			if err := d.App().Tx(t.Context(), clerk, ledger.Told); err != nil {
				t.Fatal(err)
			}
			again := compare(t, d, take(t, d), false)
			if len(again.Missing)+len(again.Changed) != 0 {
				t.Errorf("told again: %+v", again)
			}
		})
	}
}

func TestAnActIsNoLoss(t *testing.T) {
	d := dbtest.New(t, office)
	before := take(t, d)
	if err := act(t.Context(), d, "insert into office.paper values (1, 1, 'a'), (1, 2, 'b')", "update office.paper set text = 'c' where page = 1",
		"delete from office.paper where page = 2"); err != nil {
		t.Fatal(err)
	}
	if got := compare(t, d, before, true); got.After != 1 || len(got.Missing)+len(got.Changed) != 0 || got.Counted != nil || got.DigestAfter == got.DigestBefore {
		t.Errorf("%+v", got)
	}
}

func TestAKeptTableIsNotTruncated(t *testing.T) {
	d := dbtest.New(t, office)
	if err := act(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.Exec(t.Context(), "truncate office.paper"); err == nil {
		t.Error("it was truncated")
	}
}

// However work mixes, folds, fails and goes back to a savepoint, the ledger says what a count of every row says.
func TestTheLedgerSaysWhatACountSays(t *testing.T) {
	d := dbtest.New(t, office)
	rapid.Check(t, func(t *rapid.T) {
		var work sync.WaitGroup
		scripts := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 6), 1, 5), 1, 3).Draw(t, "scripts")
		folder := rapid.IntRange(1, 1<<30).Draw(t, "folder")
		for i, script := range scripts {
			work.Go(func() { play(d, folder+i, script) })
		}
		work.Wait()
		before := take(t, d)
		if got := compare(t, d, before, true); got.Counted != nil || len(got.Missing)+len(got.Changed) != 0 {
			t.Fatalf("%+v", got)
		}
	})
}

// play does the acts of a script in one transaction, which fails when the script says so.
func play(d *dbtest.DB, folder int, script []int) {
	ctx := context.Background()
	_ = d.App().Tx(ctx, clerk, func(ctx context.Context, tx pgx.Tx) error {
		if err := audit.Write(ctx, tx, clerk, audit.Act{Service: "office", Action: "paper.play"}); err != nil {
			return err
		}
		for n, what := range script {
			var err error
			switch what {
			case 0, 1, 2:
				_, err = tx.Exec(ctx, "insert into office.paper select $1, coalesce(max(page), 0) + $2, 'é' from office.paper where folder = $1", folder, n+1)
			case 3:
				_, err = tx.Exec(ctx, "update office.paper set text = text || '.', page = page + 1000 where folder = $1", folder)
			case 4:
				_, err = tx.Exec(ctx, "delete from office.paper where folder = $1 and page % 2 = 0", folder)
			case 5:
				_, err = tx.Exec(ctx, "savepoint a; insert into office.paper values ("+fmt.Sprint(folder)+", -1, null); rollback to a")
			case 6:
				return errors.New("it fails")
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// An older transaction that is under way keeps what came after it from being folded, not from being seen.
func TestWhatCannotBeFoldedYetIsSeen(t *testing.T) {
	d := dbtest.New(t, office)
	if err := act(t.Context(), d, "insert into office.paper values (1, 1, 'a')"); err != nil {
		t.Fatal(err)
	}
	before := take(t, d)
	old, err := pgx.Connect(t.Context(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = old.Close(context.Background()) }()
	if _, err := old.Exec(t.Context(), "begin; select pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	super(t, d, "delete from office.paper")
	if got := compare(t, d, before, false); got.After != 0 || len(got.Missing) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestASignedReportIsNotChanged(t *testing.T) {
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.Report{Operation: "rollback", From: "2", To: "1", At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		Tables: []ledger.Table{{Name: "office.paper", Before: 3, After: 2, Missing: []string{"1 2"}, Changed: []string{}}}}
	raw, err := want.Signed(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ledger.Check(raw, public)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	forged := []byte(string(raw[:len(raw)-2]) + "}\n")
	for i, c := range raw {
		if c == '3' {
			forged = append([]byte{}, raw...)
			forged[i] = '4'
			break
		}
	}
	if _, err := ledger.Check(forged, public); !fault.Is(err, fault.Finding) {
		t.Errorf("a forged report is taken: %v", err)
	}
}
