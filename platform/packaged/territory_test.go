package packaged_test

import (
	"encoding/csv"
	"testing"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/templates"
)

// rows reads a packaged table with the standard library, so that our own reader is checked by another.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := templates.FS.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	list := make([]map[string]string, 0, len(all))
	for _, r := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = r[i]
		}
		list = append(list, m)
	}
	return list
}

func TestHierarchyHasTheCountsOfItsSources(t *testing.T) {
	for path, want := range map[string]int{
		"hierarchy/provinces_2025_06.csv": 63, "hierarchy/districts_2025_06.csv": 696, "hierarchy/communes_2025_06.csv": 10035,
		"hierarchy/provinces_2025_07.csv": 34, "hierarchy/communes_2025_07.csv": 3321, "hierarchy/succession_2025_07.csv": 10602,
		"hierarchy/danang_2014_districts.csv": 8, "hierarchy/danang_2014_communes.csv": 56, "hierarchy/changes.csv": 26,
		"hierarchy/departments_2014.csv": 28, "catalogue/procedures.csv": 3738, "calendar/days.csv": 59, "calendar/lunar.csv": 27,
	} {
		if got := len(rows(t, path)); got != want {
			t.Errorf("%s has %d rows, want %d", path, got, want)
		}
	}
}

func TestSuccessionCoversEveryCommuneWithOneDefault(t *testing.T) {
	kinds, defaults, news := map[string]int{}, map[string]int{}, map[string]bool{}
	for _, r := range rows(t, "hierarchy/succession_2025_07.csv") {
		kinds[r["kind"]]++
		news[r["new"]] = true
		if r["default"] == "1" {
			defaults[r["level"]+r["old"]]++
		}
	}
	for kind, want := range map[string]int{"merged": 9437, "unchanged": 127, "split": 1033, "raised": 5} {
		if kinds[kind] != want {
			t.Errorf("%d rows are %s, want %d", kinds[kind], kind, want)
		}
	}
	if len(defaults) != 10040 || len(news) != 3321 {
		t.Errorf("%d old units have a default and %d new ones are reached, want 10040 and 3321", len(defaults), len(news))
	}
	for old, n := range defaults {
		if n != 1 {
			t.Errorf("%s has %d defaults", old, n)
		}
	}
}

func TestASplitCommuneNamesAllItsSuccessors(t *testing.T) {
	splits, islands := 0, 0
	for _, set := range everyProfile(t)[1:] {
		of := map[string][]packaged.Succession{}
		for _, x := range set.Succession {
			of[x.OldKey] = append(of[x.OldKey], x)
			if x.Kind == "raised" {
				islands++
			}
		}
		for old, list := range of {
			if list[0].Kind != "split" {
				continue
			}
			splits++
			defaults := 0
			for _, x := range list {
				if x.Default {
					defaults++
				}
			}
			if len(list) < 2 || len(list) > 5 || defaults != 1 {
				t.Errorf("%s went over into %d communes with %d defaults", old, len(list), defaults)
			}
		}
	}
	if splits != 471 || islands != 5 {
		t.Errorf("%d communes split and %d island districts raised, want 471 and 5", splits, islands)
	}
}

func TestCode24IsBacGiangThenBacNinh(t *testing.T) {
	set := load(t, "24")
	eve, day := clock.Date(2025, time.June, 30), clock.Date(2025, time.July, 1)
	before, after := set.UnitOn(unit.Province, "24", eve), set.UnitOn(unit.Province, "24", day)
	if before == nil || after == nil || before.Key != "province/24/-" || after.Key != "province/24/2025-07-01" {
		t.Fatalf("24 is %+v before and %+v after", before, after)
	}
	for _, c := range []struct {
		unit *packaged.Unit
		on   time.Time
		want string
	}{
		{before, eve, "Tỉnh Bắc Giang"},
		{after, day, "Tỉnh Bắc Ninh"},
		{after, clock.Date(2026, time.September, 19), "Tỉnh Bắc Ninh"},
		{after, clock.Date(2026, time.September, 20), "Thành phố Bắc Ninh"},
	} {
		if got := c.unit.NameOn(c.on).FullName; got != c.want {
			t.Errorf("on %s: %s, want %s", c.on.Format(time.DateOnly), got, c.want)
		}
	}
	if set.UnitOn(unit.Province, "27", day) != nil {
		t.Error("27 lives on after the merger")
	}
	if got := set.Agencies[0]; got.NameVI != "Ủy ban nhân dân thành phố Bắc Ninh" || got.Identifier != "H05" {
		t.Errorf("the committee is %s %s", got.Identifier, got.NameVI)
	}
}

func TestTypesChangedIn2026AreDatedAndHaveABasis(t *testing.T) {
	changed := map[string]int{}
	for _, set := range everyProfile(t)[1:] {
		for _, u := range set.Units {
			for _, n := range u.Names[1:] {
				if n.Basis == "" || n.ValidFrom.IsZero() {
					t.Errorf("%s: a change without day or basis: %+v", u.Key, n)
				}
				if n.ValidFrom.Year() == 2026 {
					changed[string(u.Level)+" "+n.ValidFrom.Format(time.DateOnly)]++
				}
			}
		}
	}
	for what, want := range map[string]int{
		"province 2026-04-30": 1, "province 2026-09-01": 1, "province 2026-09-20": 1, "commune 2026-04-30": 10, "commune 2026-09-20": 12,
	} {
		if changed[what] != want {
			t.Errorf("%s: %d changes, want %d", what, changed[what], want)
		}
	}
	if len(changed) != 5 {
		t.Errorf("other changes of 2026: %v", changed)
	}
}

func TestTypesOfTodayAreThoseOfTheStatusDay(t *testing.T) {
	types := map[string]int{}
	for _, set := range everyProfile(t)[1:] {
		for i := range set.Units {
			if u := &set.Units[i]; u.Level == unit.Commune && u.InForce(set.Profile.AsOf) {
				types[u.NameOn(set.Profile.AsOf).Type]++
			}
		}
	}
	if types["Xã"] != 2599 || types["Phường"] != 709 || types["Đặc khu"] != 13 || len(types) != 3 {
		t.Errorf("types of communes: %v, want 2599 xã, 709 phường, 13 đặc khu", types)
	}
}

func TestAProvinceIsResolvedOnItsDay(t *testing.T) {
	set, err := packaged.LoadAt(templates.FS, "75", clock.Date(2026, time.April, 29))
	if err != nil {
		t.Fatal(err)
	}
	if set.Profile.NameVI != "Tỉnh Đồng Nai" || set.Agencies[0].NameVI != "Ủy ban nhân dân tỉnh Đồng Nai" {
		t.Errorf("on 29 April 2026 it is %s with %s", set.Profile.NameVI, set.Agencies[0].NameVI)
	}
	if load(t, "75").Profile.NameVI != "Thành phố Đồng Nai" {
		t.Error("on the status day Đồng Nai is a city")
	}
	if len(set.Agencies) != len(load(t, "75").Agencies) {
		t.Error("a change of type changed the number of agencies")
	}
}
