package packaged_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/unicode/norm"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/templates"
)

// load resolves a profile or ends the test.
func load(t testing.TB, id string) *packaged.Set {
	t.Helper()
	set, err := packaged.Load(templates.FS, id)
	if err != nil {
		t.Fatalf("load %s: %v", id, err)
	}
	return set
}

// loaded is all 35 profiles, loaded once for the tests of this package.
var loaded = sync.OnceValues(func() ([]*packaged.Set, error) {
	profiles, err := packaged.Profiles(templates.FS)
	sets := make([]*packaged.Set, len(profiles))
	for i := 0; i < len(profiles) && err == nil; i++ {
		sets[i], err = packaged.Load(templates.FS, profiles[i].ID)
	}
	return sets, err
})

func everyProfile(t *testing.T) []*packaged.Set {
	t.Helper()
	sets, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return sets
}

func TestProfilesAreTheReferenceAndThe34Provinces(t *testing.T) {
	profiles, err := packaged.Profiles(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(profiles) != 35 || profiles[0].ID != packaged.Reference {
		t.Fatalf("%d profiles, first %q; want 35, the reference first", len(profiles), profiles[0].ID)
	}
	seen := map[string]bool{}
	cities := 0
	for _, p := range profiles {
		for _, once := range []string{p.ID, "h " + p.ID[:2] + p.HCode} {
			if seen[once] {
				t.Errorf("%s comes twice", once)
			}
			seen[once] = true
		}
		if p.NameVI == "" || p.NameEN == "" || !unit.ValidIdentifier(p.HCode) || !strings.HasSuffix(p.Domain, ".gov.vn") {
			t.Errorf("profile is not whole: %+v", p)
		}
		if strings.HasPrefix(p.NameVI, "Thành phố") {
			cities++
		}
	}
	if cities != 9 {
		t.Errorf("%d provinces are cities on the status day, want 9", cities)
	}
}

func TestEveryProfileIsWhole(t *testing.T) {
	communes := 0
	for _, set := range everyProfile(t) {
		t.Run(set.Profile.ID, func(t *testing.T) {
			if !set.Profile.Reconstruction {
				communes += checkUnits(t, set)
			} else {
				checkUnits(t, set)
			}
			checkAgencies(t, set)
			checkOfferings(t, set)
			checkProcedures(t, set)
		})
	}
	if communes != 3321 {
		t.Errorf("the 34 provinces have %d communes, want 3321", communes)
	}
}

// checkUnits returns how many communes are in force on the profile's day, and wants a committee for each.
func checkUnits(t *testing.T, set *packaged.Set) int {
	t.Helper()
	committees := map[string]int{}
	for _, a := range set.Agencies {
		if a.Kind == "people_committee" {
			committees[a.UnitKey]++
		}
	}
	keys := map[string]bool{}
	for _, u := range set.Units {
		if keys[u.Key] {
			t.Errorf("unit %s comes twice", u.Key)
		}
		if u.ParentKey != "" && !keys[u.ParentKey] {
			t.Errorf("unit %s stands before its parent %s", u.Key, u.ParentKey)
		}
		keys[u.Key] = true
	}
	communes := 0
	for i := range set.Units {
		u := &set.Units[i]
		if (u.ParentKey == "") != (u.Level == unit.Province) {
			t.Errorf("unit %s has the parent %q", u.Key, u.ParentKey)
		}
		for j, n := range u.Names {
			if n.Name == "" || n.FullName != n.Type+" "+n.Name || !norm.NFC.IsNormalString(n.FullName) {
				t.Errorf("unit %s has a damaged name: %+v", u.Key, n)
			}
			if j > 0 && !u.Names[j-1].ValidTo.Equal(n.ValidFrom) {
				t.Errorf("unit %s: name %d does not begin where the one before ends", u.Key, j)
			}
		}
		if u.InForce(set.Profile.AsOf) {
			if committees[u.Key] != 1 {
				t.Errorf("unit %s has %d committees, want 1", u.Key, committees[u.Key])
			}
			if u.Level == unit.Commune {
				communes++
			}
		}
	}
	for _, x := range set.Succession {
		if !keys[x.OldKey] || !keys[x.NewKey] || x.Date.IsZero() {
			t.Errorf("succession names an unknown unit: %+v", x)
		}
	}
	return communes
}

func checkAgencies(t *testing.T, set *packaged.Set) {
	t.Helper()
	ids, slugs := map[string]bool{}, map[string]bool{}
	for i, a := range set.Agencies {
		if ids[a.Identifier] || slugs[a.Slug] {
			t.Errorf("agency %s %s comes twice", a.Identifier, a.Slug)
		}
		if !unit.ValidIdentifier(a.Identifier) || a.Slug == "" || strings.Trim(a.Slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			t.Errorf("agency %s has the slug %q", a.Identifier, a.Slug)
		}
		if a.NameVI == "" || a.NameEN == "" || a.Short == "" || a.Kind == "" || !norm.NFC.IsNormalString(a.NameVI) || strings.ContainsAny(a.NameVI+a.NameEN, "{}") {
			t.Errorf("agency is not whole: %+v", a)
		}
		if strings.ContainsFunc(a.NameEN, func(r rune) bool { return r > 0x7f }) {
			t.Errorf("the English name of %s keeps accents: %s", a.Identifier, a.NameEN)
		}
		if (a.Parent == "") != (i == 0) || a.Parent != "" && !ids[a.Parent] {
			t.Errorf("agency %s has the parent %q, which does not stand before it", a.Identifier, a.Parent)
		}
		if a.Provisional != strings.Contains(a.Identifier, ".X") {
			t.Errorf("agency %s: an identifier of ours, and only ours, has an X", a.Identifier)
		}
		ids[a.Identifier], slugs[a.Slug] = true, true
		if a.Number != int32(i+1) || set.AgencyID(a.Identifier) != a.Number {
			t.Errorf("AgencyID(%s) is not its place", a.Identifier)
		}
	}
}

func checkOfferings(t *testing.T, set *packaged.Set) {
	t.Helper()
	agencies := map[string]bool{}
	for _, a := range set.Agencies {
		agencies[a.Identifier] = true
	}
	offered, online := map[string]int{}, map[string]int{}
	twice := map[packaged.Offering]bool{}
	for _, o := range set.Offerings {
		if !agencies[o.Agency] || twice[o] {
			t.Errorf("offering of an unknown agency, or twice: %+v", o)
		}
		twice[o] = true
		offered[o.Procedure]++
		if o.Online {
			online[o.Procedure]++
		}
	}
	for _, p := range set.Procedures {
		if p.Published != (offered[p.Code] > 0) {
			t.Errorf("procedure %s: published %v, offered %d times", p.Code, p.Published, offered[p.Code])
		}
		if p.FiledOnline != (online[p.Code] > 0) {
			t.Errorf("procedure %s: filed online %v, offered online %d times", p.Code, p.FiledOnline, online[p.Code])
		}
		delete(offered, p.Code)
	}
	if len(offered) > 0 {
		t.Errorf("offerings of procedures that are not there: %v", offered)
	}
}

func checkProcedures(t *testing.T, set *packaged.Set) {
	t.Helper()
	fields := map[string]bool{}
	for _, f := range set.Fields {
		if fields[f.Code] || f.Name == "" {
			t.Errorf("field %q comes twice or has no name", f.Code)
		}
		fields[f.Code] = true
	}
	last := ""
	for _, p := range set.Procedures {
		if p.Code <= last {
			t.Errorf("procedure %s does not come after %s", p.Code, last)
		}
		last = p.Code
		if !unit.ValidProcedureCode(p.Code) || p.Name == "" || !fields[p.Field] || len(p.Levels) == 0 || len(p.Methods) == 0 {
			t.Errorf("procedure %s is not whole", p.Code)
		}
		if p.FiledOnline && !p.Published || p.Published && (p.Incomplete || p.Internal) {
			t.Errorf("procedure %s must not stand as it does: %+v", p.Code, p.Published)
		}
		channels := map[packaged.Channel]bool{}
		for _, m := range p.Methods {
			if channels[m.Channel] || m.Term.Kind == "" || m.Term.Thousands < 0 {
				t.Errorf("procedure %s: method %+v", p.Code, m)
			}
			channels[m.Channel] = true
		}
		for _, c := range p.Cases {
			for _, x := range c.Components {
				if x.Name == "" {
					t.Errorf("procedure %s has a component without a name", p.Code)
				}
			}
		}
	}
}

func TestLoadingTwiceGivesTheSameRowsAndTheSameBytes(t *testing.T) {
	for _, id := range []string{packaged.Reference, "24", "79"} {
		a, b := load(t, id), load(t, id)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s differs between two loads", id)
		}
		for i := range a.Procedures {
			x, _ := json.Marshal(a.Procedures[i])
			y, _ := json.Marshal(b.Procedures[i])
			if !bytes.Equal(x, y) {
				t.Fatalf("%s: %s has other bytes the second time", id, a.Procedures[i].Code)
			}
			if !norm.NFC.IsNormal(x) || bytes.Contains(x, []byte("  ")) || bytes.Contains(x, []byte(`\n`)) {
				t.Errorf("%s: %s is not in NFC, or keeps line breaks or doubled spaces", id, a.Procedures[i].Code)
			}
		}
	}
}

func TestDigestNamesTheFilesAndTheProfile(t *testing.T) {
	a, b := load(t, packaged.Reference), load(t, "48")
	if len(a.Digest) != 64 || a.Digest == b.Digest {
		t.Fatalf("digests %q and %q", a.Digest, b.Digest)
	}
	changed := copied(t)
	path := "calendar/days.csv"
	changed[path].Data = append(bytes.Clone(changed[path].Data), "2028-01-01,holiday,Tết Dương lịch,x,computed\n"...)
	set, err := packaged.Load(changed, packaged.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if set.Digest == a.Digest {
		t.Error("a changed file left the digest as it was")
	}
	changed[path].Data = append(changed[path].Data, "broken\n"...)
	_, err = packaged.Load(changed, packaged.Reference)
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != "packaged.file" || f.Args["file"] != path || f.Args["line"] != "62" {
		t.Errorf("a damaged line gave %v", err)
	}
}

// copied is the packaged files, to be changed.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(templates.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(templates.FS, path)
		files[path] = &fstest.MapFile{Data: raw}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestTheReferenceAndTheStatusDayAreData(t *testing.T) {
	files := copied(t)
	for path, change := range map[string][2]string{
		"hierarchy/status.csv":        {"2026-11-22", "2026-04-29"},
		"hierarchy/bases_2025_07.csv": {"Nghị quyết 203", "Nghị quyết 999"},
		"hierarchy/profiles.csv":      {"1196,498,33", "1000,400,20"},
	} {
		files[path].Data = bytes.Replace(files[path].Data, []byte(change[0]), []byte(change[1]), 1)
	}
	province, err := packaged.Load(files, "75")
	if err != nil {
		t.Fatal(err)
	}
	if p := province.Profile; p.NameVI != "Tỉnh Đồng Nai" || p.AsOf.Format(time.DateOnly) != "2026-04-29" {
		t.Errorf("another status day gives %s on %s", p.NameVI, p.AsOf)
	}
	for _, u := range province.Units {
		if u.Level == unit.District && !strings.HasPrefix(u.Basis, "Nghị quyết 999") {
			t.Fatalf("%s ended by %s", u.Key, u.Basis)
		}
	}
	set, err := packaged.Load(files, packaged.Reference)
	if err != nil {
		t.Fatal(err)
	}
	published, online, sites := 0, 0, 0
	for _, p := range set.Procedures {
		published, online = published+count(p.Published), online+count(p.FiledOnline)
	}
	for _, a := range set.Agencies {
		sites += count(a.Site && a.Level == unit.Commune)
	}
	if published != 1000 || online != 400 || sites != 20 {
		t.Errorf("other counts of the press give %d procedures, %d online, %d sites of communes", published, online, sites)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestWhatIsSaidOfAReconstructionIsInTheCatalogue(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range everyProfile(t) {
		p := set.Profile
		if p.Reconstruction != (p.Note != "") || p.Note != "" && !(texts.Has(locale.Vietnamese, p.Note) && texts.Has(locale.English, p.Note)) {
			t.Errorf("%s: reconstruction %v, note %q", p.ID, p.Reconstruction, p.Note)
		}
	}
}

func TestUnknownProfileAndEarlyDayAreRefused(t *testing.T) {
	_, err := packaged.Load(templates.FS, "99")
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Invalid || f.Key != "profile.unknown" || !strings.Contains(f.Args["known"], "danang-2014, 01, 04") {
		t.Errorf("an unknown profile gave %v", err)
	}
	_, err = packaged.LoadAt(templates.FS, "48", clock.Date(2025, time.June, 30))
	if !errors.As(err, &f) || f.Key != "profile.before" {
		t.Errorf("a day before the two tiers gave %v", err)
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, id := range []string{packaged.Reference, "38"} {
		b.Run(id, func(b *testing.B) {
			for b.Loop() {
				load(b, id)
			}
		})
	}
}
