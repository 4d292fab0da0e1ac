package packaged_test

import (
	"slices"
	"strings"
	"testing"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
)

// offerers are the agencies that offer a procedure.
func offerers(set *packaged.Set, code string) []packaged.Agency {
	byID := map[string]packaged.Agency{}
	for _, a := range set.Agencies {
		byID[a.Identifier] = a
	}
	var list []packaged.Agency
	for _, o := range set.Offerings {
		if o.Procedure == code {
			list = append(list, byID[o.Agency])
		}
	}
	return list
}

func procedure(t *testing.T, set *packaged.Set, code string) packaged.Procedure {
	t.Helper()
	for _, p := range set.Procedures {
		if p.Code == code {
			return p
		}
	}
	t.Fatalf("%s is not in the catalogue", code)
	return packaged.Procedure{}
}

func TestReferenceHasTheNumbersOfThePress(t *testing.T) {
	set := load(t, packaged.Reference)
	published, online := 0, 0
	for _, p := range set.Procedures {
		if p.Published {
			published++
		}
		if p.FiledOnline {
			online++
		}
	}
	levels, sites, departments, departmentSites := map[unit.Level]int{}, map[unit.Level]int{}, 0, 0
	for _, a := range set.Agencies {
		levels[a.Level]++
		if a.Kind == "department" {
			departments++
			if a.Site {
				departmentSites++
			}
		} else if a.Site {
			sites[a.Level]++
		}
	}
	for what, c := range map[string][2]int{
		"units": {len(set.Units), 65}, "agencies": {len(set.Agencies), 93}, "published": {published, 1196}, "online": {online, 498},
		"departments": {departments, 28}, "districts": {levels[unit.District], 8}, "communes": {levels[unit.Commune], 56},
		"department sites": {departmentSites, 24}, "district sites": {sites[unit.District], 8}, "commune sites": {sites[unit.Commune], 33},
		"catalogue": {len(set.Procedures), 3738},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: %d, want %d", what, c[0], c[1])
		}
	}
	p := set.Profile
	if !p.Reconstruction || p.Note == "" || p.NameVI != "Đà Nẵng 2014 (bản dựng lại)" || p.ProvinceVI != "Thành phố Đà Nẵng" || p.ProvinceEN != "Da Nang City" || p.HCode != "H17" || p.AsOf.Year() != 2014 {
		t.Errorf("the profile is not labelled: %+v", p)
	}
	for i := range set.Units {
		if !set.Units[i].InForce(load(t, "48").Profile.AsOf) {
			t.Errorf("%s is no longer in force", set.Units[i].Key)
		}
	}
}

func TestReferenceAnnouncesWhatThePressNames(t *testing.T) {
	set := load(t, packaged.Reference)
	for _, c := range []struct {
		code, what string
		by         []string // short names or levels that offer it
	}{
		{"1.001193", "birth, at wards and communes", []string{"commune", "district"}},
		{"1.000894", "marriage", []string{"commune", "district"}},
		{"1.000656", "death", []string{"commune", "district"}},
		{"2.000635", "extracts of civil status", []string{"STP", "commune", "district"}},
		{"2.000908", "copies from the register", []string{"STP", "commune", "district"}},
		{"1.004194", "temporary residence, at the commune's police", []string{"commune"}},
		{"1.013225", "building permit of a house: the district's in 2014", []string{"district"}},
		{"1.013236", "building permit of a large work", []string{"BQLKCN", "SXD"}},
		{"1.012783", "exchange of a land-use certificate", []string{"STNMT", "district"}},
		{"3.000348", "driving licence: transport in 2014, police now", []string{"SGTVT"}},
		{"2.002043", "business registration: planning and investment in 2014", []string{"SKHDT"}},
		{"1.001612", "household business: the district's in 2014", []string{"district"}},
		{"1.009645", "investment approval", []string{"BQLKCN", "BQLKCNC", "SKHDT"}},
	} {
		t.Run(c.code+" "+c.what, func(t *testing.T) {
			if !procedure(t, set, c.code).Published {
				t.Fatal("not published")
			}
			var by []string
			count := map[string]int{}
			for _, a := range offerers(set, c.code) {
				name := a.Short
				if a.Level != unit.Province {
					name = string(a.Level)
				}
				if count[name]++; !slices.Contains(by, name) {
					by = append(by, name)
				}
			}
			slices.Sort(by)
			if !slices.Equal(by, c.by) {
				t.Errorf("offered by %v, want %v", by, c.by)
			}
			if count["commune"]%56 != 0 || count["district"]%7 != 0 {
				t.Errorf("not offered by all of a level: %v", count)
			}
		})
	}
}

func TestCivilStatusOfCommunesIsOfferedByAll56(t *testing.T) {
	set := load(t, packaged.Reference)
	n := 0
	for _, p := range set.Procedures {
		if p.Field != "G15-TP07" || !slices.Contains(p.Levels, unit.Commune) {
			continue
		}
		n++
		communes := 0
		for _, a := range offerers(set, p.Code) {
			if a.Level == unit.Commune {
				communes++
			}
		}
		if communes != 56 {
			t.Errorf("%s %s is offered by %d communes", p.Code, p.Name, communes)
		}
	}
	if n < 20 {
		t.Errorf("only %d procedures of civil status at communes", n)
	}
}

func TestReferenceTakesItsOwnRecordsAndNobodyElses(t *testing.T) {
	set := load(t, packaged.Reference)
	own := 0
	for _, p := range set.Procedures {
		switch {
		case p.Promulgator == "H17" && p.Published:
			own++
		case p.Promulgator == "H17":
			t.Errorf("%s is Đà Nẵng's own and left out", p.Code)
		case strings.HasPrefix(p.Promulgator, "H") && p.Published:
			t.Errorf("%s belongs to %s", p.Code, p.Promulgator)
		}
	}
	if own != 73 {
		t.Errorf("%d records of Đà Nẵng's own, want 73", own)
	}
}

func TestKnownIdentifiersAreUsedAndTheOthersMarked(t *testing.T) {
	set := load(t, packaged.Reference)
	want := map[string]string{"SXD": "H17.18", "SYT": "H17.19", "SCT": "H17.03", "SNGV": "H17.10", "SNV": "H17.11", "STC": "H17.13", "SVHTTDL": "H17.17", "SKHCN": "H17.08"}
	for _, a := range set.Agencies {
		id, known := want[a.Short]
		if known && (a.Identifier != id || a.Provisional) {
			t.Errorf("%s is %s, want %s", a.Short, a.Identifier, id)
		}
		if !known && a.Short == "SGTVT" && !a.Provisional {
			t.Errorf("%s is not marked provisional", a.Identifier)
		}
	}
	if set.Agencies[0].Identifier != "H17" {
		t.Errorf("the city's committee is %s", set.Agencies[0].Identifier)
	}
}
