package agencies_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

func TestAChangeElsewhereIsSeen(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	if _, err := o.ByIdentifier(ctx, nil, "H17"); err != nil {
		t.Fatal(err)
	}
	o.d.Exec(`update agencies.agency set edit = base || '{"name_vi": "Tên mới"}' where id = 1`)
	deadline := time.Now().Add(30 * time.Second)
	for {
		if a, _ := o.ByIdentifier(ctx, nil, "H17"); a.NameVI == "Tên mới" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not seen")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestWhatIsNotCommittedStaysInItsTransaction(t *testing.T) {
	o := open(t, "danang-2014")
	ctx := context.Background()
	err := o.d.Owner().Tx(ctx, who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `update agencies.agency set edit = base || '{"name_vi": "Nháp"}' where id = 1`); err != nil {
			return err
		}
		if a, err := o.ByID(ctx, tx, 1); err != nil || a.NameVI != "Nháp" {
			t.Errorf("inside: %q %v", a.NameVI, err)
		}
		if a, err := o.ByID(ctx, nil, 1); err != nil || a.NameVI == "Nháp" {
			t.Errorf("outside: %q %v", a.NameVI, err)
		}
		return fault.New(fault.Interrupted, "no")
	})
	if !fault.Is(err, fault.Interrupted) {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond)
	if a, _ := o.ByID(ctx, nil, 1); a.NameVI == "Nháp" {
		t.Error("what was rolled back is still shown")
	}
}
