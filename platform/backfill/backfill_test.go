package backfill

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db/dbtest"
)

// doubles is a backfill of a table of our own: b is to be twice a.
func doubles(fail func() error) Work {
	return Work{Name: "test.doubles", Batch: func(ctx context.Context, tx pgx.Tx, most int) (int, error) {
		if err := fail(); err != nil {
			return 0, err
		}
		tag, err := tx.Exec(ctx, `update public.numbers set b = 2 * a where a in
			(select a from public.numbers where b is null order by a limit $1)`, most)
		return int(tag.RowsAffected()), err
	}}
}

func TestABackfillIsCutAndTakenUpAndTheNextUpgradeWaits(t *testing.T) {
	d := dbtest.New(t)
	super, err := pgx.Connect(t.Context(), d.SuperDSN())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = super.Close(context.Background()) }()
	if _, err := super.Exec(t.Context(), `create table public.numbers (a int primary key, b int); grant all on public.numbers to egov_app;
		insert into public.numbers select generate_series(1, 1234)`); err != nil {
		t.Fatal(err)
	}
	open := func() (all []State) {
		t.Helper()
		err := d.App().Read(t.Context(), program, func(ctx context.Context, tx pgx.Tx) error {
			var err error
			all, err = Open(ctx, tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if all := open(); len(all) != 0 {
		t.Fatalf("before the first batch: %v", all)
	}
	ctx, cut := context.WithCancel(t.Context())
	batches := 0
	err = Job(d.App(), doubles(func() error {
		if batches++; batches == 3 {
			cut()
			return context.Canceled
		}
		return nil
	})).Run(ctx)
	if err == nil {
		t.Fatal("the cut was not told")
	}
	if all := open(); len(all) != 1 || all[0] != (State{Name: "test.doubles", Rows: 2 * most}) {
		t.Fatalf("after the cut: %v", all)
	}
	whole := Job(d.App(), doubles(func() error { return nil }))
	for range 2 { // the second finds it done
		if err := whole.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if all := open(); len(all) != 0 {
		t.Errorf("after the end: %v", all)
	}
	wrong := 0
	if err := super.QueryRow(t.Context(), `select count(*) from public.numbers where b is distinct from 2 * a`).Scan(&wrong); err != nil || wrong != 0 {
		t.Errorf("%d rows were left, %v", wrong, err)
	}
}
