package territory

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
)

// facts: Bắc Giang had the code 24 until Bắc Ninh took it; a commune became a ward in 2026.
func facts() Facts {
	cut := OnDate(2025, 7, 1)
	return Facts{HistoryFrom: OnDate(2025, 6, 30), Units: []Unit{
		{Key: "province/24/", Level: unit.Province, Code: "24", ValidTo: cut, Names: []UnitName{{Type: "Tỉnh", Name: "Bắc Giang", FullName: "Tỉnh Bắc Giang"}}},
		{Key: "province/24/2025-07-01", Level: unit.Province, Code: "24", ValidFrom: cut, Names: []UnitName{
			{Type: "Tỉnh", Name: "Bắc Ninh", FullName: "Tỉnh Bắc Ninh", ValidTo: OnDate(2026, 9, 20)},
			{Type: "Thành phố", Name: "Bắc Ninh", FullName: "Thành phố Bắc Ninh", ValidFrom: OnDate(2026, 9, 20)}}},
		{Key: "commune/07210/2025-07-01", Level: unit.Commune, Code: "07210", ValidFrom: cut, ParentKey: "province/24/2025-07-01",
			Names: []UnitName{{Type: "Phường", Name: "Bắc Giang", FullName: "Phường Bắc Giang"}}},
	}, Succession: []Succession{{OldKey: "province/24/", NewKey: "province/24/2025-07-01", Kind: "merged", Date: cut, Default: true},
		{OldKey: "province/24/", NewKey: "elsewhere", Kind: "split"}},
		Agencies: []Agency{
			{ID: 1, Identifier: "H05", Slug: "ubnd", NameVI: "Ủy ban nhân dân tỉnh Bắc Ninh", Short: "UBND", Level: unit.Province, Order: 1},
			{ID: 2, Identifier: "H05.34", Aliases: []string{"000.00.34.H05"}, Slug: "so", NameVI: "Sở Xây dựng", Short: "SXD", Level: unit.Province, ParentID: 1, Order: 2},
			{ID: 3, Identifier: "H05.142", Slug: "bg", NameVI: "Ủy ban nhân dân phường Bắc Giang", Level: unit.Commune, ParentID: 1, Order: 3},
		}}
}

func TestACodeMeansWhatItMeantOnItsDay(t *testing.T) {
	s := NewSnapshot(facts())
	for day, want := range map[string]string{"2025-06-30": "Tỉnh Bắc Giang", "2025-07-01": "Tỉnh Bắc Ninh", "2026-09-19": "Tỉnh Bắc Ninh",
		"2026-09-20": "Thành phố Bắc Ninh", "2030-01-01": "Thành phố Bắc Ninh"} {
		on, err := s.On(day, clock.Date(2026, 11, 22))
		if err != nil {
			t.Fatal(err)
		}
		list := s.FindUnits(UnitQuery{Code: "24", On: on})
		if len(list) != 1 || list[0].FullName != want {
			t.Errorf("on %s: %+v, want %s", day, list, want)
		}
	}
	h, err := s.UnitHistory("24", OnDate(2026, 11, 22))
	if err != nil || len(h) != 2 || len(h[0].SucceededBy) != 1 || h[0].SucceededBy[0].FullName != "Tỉnh Bắc Ninh" || len(h[1].PrecededBy) != 1 {
		t.Errorf("history %+v %v", h, err)
	}
	if _, err := s.UnitHistory("99", Day{}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestTodayOfAReconstructionIsItsOwnDay(t *testing.T) {
	f := facts()
	f.FrozenOn = OnDate(2025, 6, 30)
	s := NewSnapshot(f)
	if tree := s.UnitTree(s.Today(clock.Date(2026, 11, 22))); len(tree) != 1 || tree[0].Name != "Bắc Giang" {
		t.Errorf("%+v", tree)
	}
}

func TestSearchPutsExactAccentsFirst(t *testing.T) {
	f := facts()
	f.Agencies = append(f.Agencies, Agency{ID: 4, Identifier: "H05.9", Slug: "x", NameVI: "Ban Bac Giang", Order: 0})
	s := NewSnapshot(f)
	find := func(q string) (ids []int32) {
		list, err := s.FindAgencies(AgencyQuery{Q: q, On: OnDate(2026, 1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			ids = append(ids, a.ID)
		}
		return ids
	}
	for q, want := range map[string][]int32{"Bắc Giang": {3, 4}, "bac giang": {4, 3}, "xay dung so": {2}, "sxd": {2}, "H05.34": {2}, "khong": nil, "": {4, 1, 2, 3}} {
		if d := cmp.Diff(want, find(q)); d != "" {
			t.Errorf("%q: %s", q, d)
		}
	}
}

func TestAnAliasFindsButNeverShadows(t *testing.T) {
	f := facts()
	f.Agencies[1].Aliases = append(f.Agencies[1].Aliases, "H05.142")
	s := NewSnapshot(f)
	if a, err := s.ByIdentifier("000.00.34.H05"); err != nil || a.ID != 2 || a.Parent != "H05" {
		t.Errorf("%+v %v", a, err)
	}
	if a, _ := s.ByIdentifier("H05.142"); a.ID != 3 {
		t.Errorf("an alias shadows the agency that has the identifier: %+v", a)
	}
}

func TestChangeApply(t *testing.T) {
	text := func(s string) *string { return &s }
	confirmed, provisional := Agency{Identifier: "H05.1"}, Agency{Identifier: "H05.X1", Provisional: true}
	for _, c := range []struct {
		name string
		on   Agency
		c    Change
		want fault.Code
	}{
		{"a name is trimmed and kept", confirmed, Change{NameVI: text("  Sở   Mới ")}, ""},
		{"an empty name is refused", confirmed, Change{NameVI: text(" ")}, fault.Invalid},
		{"a provisional identifier is confirmed", provisional, Change{Identifier: text("H05.77")}, ""},
		{"a provisional identifier is confirmed as it is", provisional, Change{Identifier: text("H05.X1")}, ""},
		{"a confirmed identifier stays", confirmed, Change{Identifier: text("H05.2")}, fault.Conflict},
		{"saying the confirmed one again is nothing", confirmed, Change{Identifier: text("H05.1")}, ""},
		{"an alias must be an identifier", confirmed, Change{Alias: text("abc")}, fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := c.c.Apply(c.on)
			if fault.CodeOf(err) != c.want {
				t.Fatalf("%v", err)
			}
			if c.c.Identifier != nil && err == nil && (a.Provisional || a.Identifier != *c.c.Identifier) {
				t.Errorf("%+v", a)
			}
		})
	}
}

func TestBelowIsClosedUnderBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(t, "agencies")
		var f Facts
		for i := range n {
			f.Agencies = append(f.Agencies, Agency{ID: int32(i + 1), Identifier: fmt.Sprint(i), Slug: fmt.Sprint(i),
				ParentID: rapid.Int32Range(0, int32(n)).Draw(t, "parent")}) // circles included
		}
		s := NewSnapshot(f)
		for _, a := range f.Agencies {
			below := s.Below(a.ID)
			if below[0] != a.ID {
				t.Fatalf("%d is not first below itself", a.ID)
			}
			for _, b := range below {
				for _, c := range s.Below(b) {
					if !slices.Contains(below, c) {
						t.Fatalf("%d is below %d and %d below %d, but not %d below %d", c, b, b, a.ID, c, a.ID)
					}
				}
			}
		}
	})
}
