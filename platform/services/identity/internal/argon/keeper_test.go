package argon

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

var cheap = Cost{MemoryKiB: 64, Passes: 2}

func TestCheck(t *testing.T) {
	k, ctx := New(cheap), context.Background()
	own, err := k.Hash(ctx, secret.New("đúng"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, hash, password string
		want                 bool
	}{
		{"right", own, "đúng", true},
		{"wrong", own, "sai", false},
		{"nobody's", "", "đúng", false},
		{"drawn by the program, right", HashDrawn(secret.New("drawn")), "drawn", true},
		{"drawn by the program, wrong", HashDrawn(secret.New("drawn")), "other", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := k.Checks()
			got, err := k.Check(ctx, c.hash, secret.New(c.password))
			if got != c.want || err != nil || k.Checks() != before+1 {
				t.Errorf("%v %v, %d checks", got, err, k.Checks()-before)
			}
		})
	}
	if k.Stale(own) || !k.Stale(HashDrawn(secret.New("x"))) || !strings.HasPrefix(own, "$argon2id$v=19$m=64,t=2,p=1$") {
		t.Errorf("%s", own)
	}
	if again, _ := k.Hash(ctx, secret.New("đúng")); again == own {
		t.Error("the same password has the same hash twice")
	}
	for _, damaged := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$YQ$YQ", own[:len(own)-5] + "!!!!!", "$argon2id$v=19$m=64,t=0,p=1$YQ$YQ"} {
		if _, err := k.Check(ctx, damaged, secret.New("x")); !fault.Is(err, fault.Internal) {
			t.Errorf("%q: %v", damaged, err)
		}
	}
}

func TestStandardIsAtLeastWhatOWASPAsks(t *testing.T) {
	if c := Standard(); c.MemoryKiB < 19<<10 || c.Passes < 2 || c.MemoryKiB*AtOnce > 64<<10 {
		t.Errorf("%+v, %d at once", c, AtOnce)
	}
}

func TestWhoWaitsTooLongIsTurnedAway(t *testing.T) {
	k := New(cheap)
	k.patience = 20 * time.Millisecond
	for range AtOnce {
		k.slots <- struct{}{}
	}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := k.Check(context.Background(), "", secret.New("x")); !fault.Is(err, fault.TooMany) {
				t.Errorf("%v", err)
			}
		})
	}
	wg.Wait()
	if k.Checks() != 0 {
		t.Error("something was computed beside the slots")
	}
}
