package identity

import (
	"context"
	"testing"

	"egovctl/platform/kernel/who"
)

func TestPositionsCountOnlyInTheirTime(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	admin := h.as("quantri")
	set := func(from, to string) {
		t.Helper()
		if _, err := h.SetPositions(ctx, admin, "motcua.xa", []Position{{Role: who.Clerk, Agency: "H17.3", From: from, To: to}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.CreateAccount(ctx, admin, NewAccount{Login: "motcua.xa", Name: "Lê Xã", Positions: []Position{{Role: who.Clerk, Agency: "H17.3"}}}); err != nil {
		t.Fatal(err)
	}
	h.d.Exec(`update identity.account set status = 'active' where login = 'motcua.xa'`)
	o, err := h.Token(ctx, who.Program("cli"), "motcua.xa")
	if err != nil {
		t.Fatal(err)
	}
	held := func() bool {
		p, err := h.BySession(ctx, o.Token.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		return p.Holds(who.Clerk) && len(p.Scope()) == 1
	}
	if !held() {
		t.Error("today's position is not held")
	}
	set("2026-11-23", "")
	if held() {
		t.Error("tomorrow's position is held today")
	}
	set("2026-01-01", "2026-11-23")
	if !held() {
		t.Error("a position until tomorrow is not held today")
	}
	h.d.Exec(`update identity.position set valid_from = '2026-01-01', valid_to = '2026-11-22' where agency_id = 5`)
	if held() {
		t.Error("an expired position still gives something")
	}
}
