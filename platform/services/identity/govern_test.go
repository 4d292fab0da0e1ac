package identity

import (
	"context"
	"strings"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

func TestAnAgencyAdministratorStaysWithinHisAgencies(t *testing.T) {
	h := build(t)
	ctx := context.Background()
	district, ward, department := h.as("quantri.quan-hai-chau"), h.as("quantri.phuong-mot"), h.as("quantri.so-xay-dung")
	logins := func(by who.Principal) (all []string) {
		after := ""
		for {
			list, next, err := h.List(ctx, by, Query{After: after, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range list {
				all = append(all, a.Login)
			}
			if next == "" {
				return all
			}
			after = next
		}
	}
	if got := logins(district); len(got) != 16 {
		t.Errorf("the district sees %d accounts: %v", len(got), got)
	}
	for _, l := range logins(ward) {
		if !strings.HasSuffix(l, ".phuong-mot") {
			t.Errorf("the ward sees %s", l)
		}
	}
	if got := logins(h.as("quantri")); len(got) != len(h.demo) {
		t.Errorf("the province sees %d of %d", len(got), len(h.demo))
	}
	at := func(role who.Role, agency string) []Position { return []Position{{Role: role, Agency: agency}} }
	for _, c := range []struct {
		name string
		do   func() error
		want fault.Code
	}{
		{"makes an account of his own", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "moi.phuong", Name: "Lê Mới", Positions: at(who.Clerk, "H17.2.1")})
			return err
		}, ""},
		{"makes one below", func() error {
			_, err := h.CreateAccount(ctx, district, NewAccount{Login: "moi.duoi", Name: "Lê Mới", Positions: at(who.Officer, "H17.2.1")})
			return err
		}, ""},
		{"makes one above", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "x1", Name: "Lê", Positions: at(who.Clerk, "H17.2")})
			return err
		}, fault.Forbidden},
		{"makes a provincial administrator", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "x2", Name: "Lê", Positions: at(who.Admin, "H17.2.1")})
			return err
		}, fault.Forbidden},
		{"locks another's", func() error { _, err := h.Lock(ctx, department, "motcua.phuong-mot"); return err }, fault.NotFound},
		{"resets the provincial administrator", func() error { _, err := h.ResetLink(ctx, district, "quantri"); return err }, fault.NotFound},
		{"moves one of his own up", func() error {
			_, err := h.SetPositions(ctx, ward, "motcua.phuong-mot", at(who.Leader, "H17"))
			return err
		}, fault.Forbidden},
		{"gives one of his own another role", func() error {
			a, err := h.SetPositions(ctx, ward, "vanthu.phuong-mot", []Position{{Role: who.Registrar, Agency: "H17.2.1"}, {Role: who.Editor, Agency: "H17.2.1"}})
			if err == nil && len(a.Positions) != 2 {
				t.Errorf("%+v", a.Positions)
			}
			return err
		}, ""},
		{"locks himself", func() error { _, err := h.Lock(ctx, ward, "quantri.phuong-mot"); return err }, fault.Conflict},
		{"an officer tries to list", func() error { _, _, err := h.List(ctx, h.as("chuyenvien.phuong-mot"), Query{}); return err }, fault.Forbidden},
		{"a controller sees all but administers none", func() error { _, err := h.Lock(ctx, h.as("kiemsoat"), "motcua.phuong-mot"); return err }, fault.Forbidden},
		{"the last administrator is kept", func() error {
			_, err := h.SetPositions(ctx, h.as("quantri"), "quantri", at(who.Clerk, "H17"))
			return err
		}, fault.Conflict},
		{"the same login again", func() error {
			_, err := h.CreateAccount(ctx, ward, NewAccount{Login: "QUANTRI", Name: "Lê", Positions: at(who.Clerk, "H17.2.1")})
			return err
		}, fault.Conflict},
	} {
		if err := c.do(); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	t.Run("an account with a foot in another agency is not his to lock", func(t *testing.T) {
		if _, err := h.SetPositions(ctx, h.as("quantri"), "thuphi.phuong-mot", append(at(who.Cashier, "H17.2.1"), at(who.Cashier, "H17.1")...)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Lock(ctx, ward, "thuphi.phuong-mot"); fault.From(err).Key != "identity.account.elsewhere" {
			t.Errorf("%v", err)
		}
	})
}
