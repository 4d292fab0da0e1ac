package identity

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/identity/internal/guard"
)

func TestADrawnPasswordIsHashedAnewOnFirstUse(t *testing.T) {
	h := build(t)
	const q = `select hash from identity.password w join identity.account a on a.id = w.account_id where a.login = 'congdan1'`
	before := h.d.Text(q)
	h.as("congdan1")
	after := h.d.Text(q)
	if before == after || h.keeper.Stale(after) || !strings.HasPrefix(after, "$argon2id$") {
		t.Errorf("%s became %s", before, after)
	}
	h.as("congdan1")
}

func TestKnownAndUnknownCannotBeToldApart(t *testing.T) {
	h := build(t)
	h.d.Exec(`update identity.account set status = 'locked' where login = 'congdan2'`)
	h.d.Exec(`delete from identity.password where account_id = (select id from identity.account where login = 'kiemsoat')`)
	right := h.demo["congdan2"].Password.Reveal()
	for i, c := range []struct{ name, login, password string }{
		{"known, wrong password", "quantri", "wrong password"},
		{"unknown", "nobody.here", "wrong password"},
		{"locked, right password", "congdan2", right},
		{"without a password", "kiemsoat", "wrong password"},
		{"login that cannot be one", "' or 1=1 --", "x"},
		{"empty", "", ""},
		{"endless password", "quantri", strings.Repeat("x", 5000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			checks, rows := h.keeper.Checks(), h.d.Text(`select count(*) from platform.audit`)
			err := h.try(c.login, c.password, address(i+1))
			f := fault.From(err)
			if f.Code != fault.Unauthenticated || f.Key != "identity.signin.wrong" || len(f.Args) != 0 || f.Field != "" {
				t.Errorf("%v", err)
			}
			if n := h.keeper.Checks() - checks; n != 1 {
				t.Errorf("%d computations, want exactly 1", n)
			}
			if now := h.d.Text(`select count(*) from platform.audit`); now == rows {
				t.Error("nothing was noted")
			}
		})
	}
}

func TestGuessingIsBoundedPerAccountAndHour(t *testing.T) {
	for _, addresses := range []int{1, 50, 5000} {
		t.Run(fmt.Sprintf("from %d addresses", addresses), func(t *testing.T) {
			h := build(t)
			h.as("congdan1") // familiar at the desk
			checks := h.keeper.Checks()
			for i := range 250 {
				h.clock.pass(time.Second)
				if err := h.try("congdan1", "guess", address(i%addresses+1)); !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.TooMany) {
					t.Fatal(err)
				}
			}
			if n := h.keeper.Checks() - checks; n > 100 || n < 5 {
				t.Errorf("%d guesses were tried within the hour, want at most 100", n)
			}
			h.as("congdan1") // the honest holder at his desk, whatever happened
			if err := h.try("congdan1", h.demo["congdan1"].Password.Reveal(), netip.MustParseAddr("10.9.9.9")); addresses < 70 && err != nil {
				t.Errorf("the honest holder at a new place: %v", err)
			}
			h.clock.pass(time.Hour)
			if err := h.try("congdan1", h.demo["congdan1"].Password.Reveal(), address(1)); err != nil {
				t.Errorf("an hour later: %v", err)
			}
		})
	}
}

func TestManyAtOnceDoNotPassTheBoundTogether(t *testing.T) {
	h := build(t)
	checks := h.keeper.Checks()
	var wg sync.WaitGroup
	for i := range 160 {
		wg.Go(func() { _ = h.try("quantri", "guess", address(i+1)) })
	}
	wg.Wait()
	// none of them is familiar, so what is left are the two other lanes, to the last try and not one more
	if n := h.keeper.Checks() - checks; n != guard.MaxClean+guard.MaxOpen {
		t.Errorf("%d tries at once, want exactly %d", n, guard.MaxClean+guard.MaxOpen)
	}
}

func TestUnknownLoginsAreBoundedAlike(t *testing.T) {
	h := build(t)
	for i := range 120 {
		known := fault.From(h.try("kiemsoat", "guess", address(i+1)))
		unknown := fault.From(h.try("khong.co", "guess", address(i+1+1000)))
		if known.Key != unknown.Key || known.Args["seconds"] != unknown.Args["seconds"] {
			t.Fatalf("try %d: %v, %v", i, known, unknown)
		}
	}
}

func TestOneAddressIsStoppedButNotWhereItIsFamiliar(t *testing.T) {
	h := build(t)
	h.as("congdan1")
	for i := range guard.MaxAddress {
		h.clock.pass(time.Second)
		_ = h.try(fmt.Sprintf("user%d", i), "guess", desk)
	}
	if err := h.try("congdan2", h.demo["congdan2"].Password.Reveal(), desk); !fault.Is(err, fault.TooMany) {
		t.Errorf("a stranger there: %v", err)
	}
	h.as("congdan1")
}
