package packaged

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"egovctl/platform/kernel/unit"
)

// The executing groups that agencies other than departments act for.
const (
	groupProvince = "people_committee_province"
	groupDistrict = "people_committee_district"
	groupCommune  = "people_committee_commune"
	groupPolice   = "police_commune"           // the commune's police sits at the commune's one-stop desk
	groupBranch   = "land_registration_branch" // in 2014 an office of each district
	groupField    = "field_office"             // "the agency that the committee appoints": the one of the field
)

// The kinds of agency that the rules speak of.
const (
	kindCommittee  = "people_committee"
	kindDepartment = "department"
)

// roster collects agencies: identifiers, slugs, parents, order.
type roster struct {
	hCode string
	known map[string]string
	slugs map[string]bool
	list  []Agency
}

// add appends an agency. what and code name it in identifiers.csv; without a known identifier it gets a provisional
// one, H17.X and its code: numbers issued by the state have no X, so the two never meet (QĐ 20/2020/QĐ-TTg Điều 5).
func (r *roster) add(a Agency, what, code string) string {
	id, ok := r.known[what+"/"+code]
	if !ok {
		id, a.Provisional = r.hCode+".X"+code, true
	}
	if r.slugs[a.Slug] {
		a.Slug += "-" + strings.ToLower(code)
	}
	r.slugs[a.Slug] = true
	a.Identifier = id
	r.append(a)
	return id
}

// append gives an agency its number: its place in the list.
func (r *roster) append(a Agency) {
	a.Number = TopAgency + int32(len(r.list))
	r.list = append(r.list, a)
}

// committee makes the people's committee of a unit on a day.
func committee(u *Unit, day time.Time, groups ...string) Agency {
	n := u.NameOn(day)
	return Agency{
		Slug: slug(n.FullName), NameVI: "Ủy ban nhân dân " + lower(n.FullName),
		NameEN: "People's Committee of " + englishUnit(u.Level, n), Short: "UBND", Kind: kindCommittee,
		Level: u.Level, UnitKey: u.Key, Groups: groups,
	}
}

// top starts a roster with the province's committee and its departments.
func top(p Profile, known map[string]string, u *Unit, list []department) *roster {
	r := &roster{hCode: p.HCode, known: known, slugs: map[string]bool{}}
	a := committee(u, p.AsOf, groupProvince)
	a.Identifier, a.Slug, a.Site = p.HCode, "uy-ban-nhan-dan", true
	r.slugs[a.Slug] = true
	r.append(a)
	kind := u.NameOn(p.AsOf).Type
	names := strings.NewReplacer("{tinh}", lower(kind), "Provincial", map[string]string{"Tỉnh": "Provincial", "Thành phố": "City"}[kind])
	for _, d := range list {
		name := names.Replace(d.nameVI)
		r.add(Agency{
			Slug: slug(name), NameVI: name, NameEN: names.Replace(d.nameEN), Short: d.short, Kind: d.kind, Level: unit.Province,
			UnitKey: u.Key, Parent: p.HCode, Site: d.site, Groups: append([]string{d.group}, d.also...),
		}, "department", d.short)
	}
	return r
}

// agencies2014 is the committee, 28 departments, eight district and 56 commune committees. How many wards and communes
// had a site is known, not which: the first by code.
func (s *source) agencies2014(set *Set, list []department, sites int) error {
	known, err := s.identifiers(set.Profile.HCode)
	if err != nil {
		return err
	}
	r := top(set.Profile, known, &set.Units[0], list)
	ids := map[string]string{set.Units[0].Key: set.Profile.HCode}
	inhabited := map[string]bool{} // Hoàng Sa has no communes: its committee is there, but nobody files at it
	for i := range set.Units {
		inhabited[set.Units[i].ParentKey] = true
	}
	for i := range set.Units[1:] {
		u := &set.Units[i+1]
		a := committee(u, set.Profile.AsOf, groupDistrict, groupBranch)
		if u.Level == unit.Commune {
			a.Groups = []string{groupCommune, groupPolice}
		} else if !inhabited[u.Key] {
			a.Groups = nil
		}
		a.Parent, a.Site = ids[u.ParentKey], u.Level == unit.District || sites > 0
		if u.Level == unit.Commune && sites > 0 {
			sites--
		}
		ids[u.Key] = r.add(a, string(u.Level), u.Code)
	}
	set.Agencies = r.list
	return nil
}

// agenciesToday is the committee, the departments and the committee of every commune of a province of today.
func (s *source) agenciesToday(set *Set) error {
	known, err := s.identifiers(set.Profile.HCode)
	if err != nil {
		return err
	}
	list, err := s.departments2025(set.Profile.Province)
	if err != nil {
		return err
	}
	day := set.Profile.AsOf
	r := top(set.Profile, known, set.UnitOn(unit.Province, set.Profile.Province, day), list)
	for i := range set.Units {
		u := &set.Units[i]
		if u.Level != unit.Commune || !u.InForce(day) {
			continue
		}
		a := committee(u, day, groupCommune, groupPolice)
		a.Parent, a.Site = set.Profile.HCode, true
		r.add(a, "commune", u.Code)
	}
	set.Agencies = slices.Clip(r.list)
	return nil
}

// lower makes the first letter small: "Phường Hải Châu" becomes "phường Hải Châu".
func lower(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}
