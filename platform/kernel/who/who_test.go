package who_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/who"
)

var (
	citizen = who.Principal{Account: "a", Kind: who.Person}
	clerk   = who.Principal{Account: "b", Kind: who.Official, Positions: []who.Position{
		{Role: who.Clerk, Agency: 3, Scope: []int32{3}}, {Role: who.Leader, Agency: 1, Scope: []int32{1, 3, 2}}}}
)

func TestWhoMayWhat(t *testing.T) {
	for _, c := range []struct {
		name string
		got  bool
		want bool
	}{
		{"nobody is not signed in", who.Nobody().SignedIn(), false},
		{"the zero principal is not signed in", who.Principal{}.SignedIn(), false},
		{"the program is not signed in", who.Program("seal").SignedIn(), false},
		{"a citizen is", citizen.SignedIn(), true},
		{"an official is", clerk.SignedIn(), true},
		{"a citizen holds the role of citizens without a position", citizen.Holds(who.Citizen), true},
		{"an official does not", clerk.Holds(who.Citizen), false},
		{"a citizen holds no office", citizen.Holds(who.Clerk, who.Admin), false},
		{"an official holds one of several roles", clerk.Holds(who.Admin, who.Clerk), true},
		{"no role is held when none is named", clerk.Holds(), false},
		{"the program holds no role", who.Program("seal").Holds(who.Roles()...), false},
		{"a role is held over the agencies of its own position", clerk.HoldsAt(who.Clerk, 3), true},
		{"not over those of another position", clerk.HoldsAt(who.Clerk, 2), false},
		{"a leader's role is held over agencies below", clerk.HoldsAt(who.Leader, 2), true},
		{"the program sees all rows", who.Program("seal").All, true},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.name, c.got)
		}
	}
}

func TestScopeIsTheUnionOfThePositions(t *testing.T) {
	if diff := cmp.Diff([]int32{1, 2, 3}, clerk.Scope()); diff != "" {
		t.Error(diff)
	}
	rapid.Check(t, func(t *rapid.T) {
		var p who.Principal
		in := map[int32]bool{}
		for range rapid.IntRange(0, 4).Draw(t, "positions") {
			scope := rapid.SliceOfN(rapid.Int32Range(1, 9), 0, 5).Draw(t, "scope")
			p.Positions = append(p.Positions, who.Position{Role: who.Clerk, Scope: slices.Clone(scope)})
			for _, a := range scope {
				in[a] = true
			}
		}
		got := p.Scope()
		if len(got) != len(in) || !slices.IsSorted(got) {
			t.Fatalf("%v of %v", got, p.Positions)
		}
		for _, a := range got {
			if !in[a] || !p.HoldsAt(who.Clerk, a) {
				t.Fatalf("%d is in no position of %v", a, p.Positions)
			}
		}
	})
}
