package packaged

import (
	"io/fs"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
)

// Reference is the profile of the instance that the kit was first taken from.
const Reference = "danang-2014"

// origin is a profile with what its set is made of: the record of one of the 34 provinces, or what the press counted.
type origin struct {
	Profile
	province province
	press    press
}

// press is what the newspapers of its time counted of a place that is rebuilt: procedures that it announced, those that
// it took online, and communes with a site.
type press struct{ procedures, online, communeSites int }

// reconstructions are the profiles that do not follow the calendar: each stays on its day.
func (s *source) reconstructions() ([]origin, error) {
	provinces, err := s.provincesBefore()
	if err != nil {
		return nil, err
	}
	var list []origin
	columns := []string{"id", "name_vi", "name_en", "note", "province", "as_of", "domain", "procedures", "online", "commune_sites"}
	err = s.each("hierarchy/profiles.csv", columns, func(c []string) {
		o := origin{province: provinces[c[4]]}
		o.Profile = o.province.profile(nil, day(c[5]))
		o.ID, o.NameVI, o.NameEN, o.Note, o.Domain, o.Reconstruction = c[0], c[1], c[2], c[3], c[6], true
		o.press.procedures, _ = strconv.Atoi(c[7])
		o.press.online, _ = strconv.Atoi(c[8])
		o.press.communeSites, _ = strconv.Atoi(c[9])
		list = append(list, o)
	})
	return list, err
}

func (p province) profile(changes []change, day time.Time) Profile {
	n := p.nameOn(changes, day)
	en := englishUnit("province", UnitName{Type: n.Type, Name: p.nameEN})
	return Profile{
		ID: p.code, NameVI: n.FullName, NameEN: en, ProvinceVI: n.FullName, ProvinceEN: en,
		Province: p.code, HCode: p.hCode, AsOf: day, Domain: p.domain,
	}
}

// nameOn is the province's type and name on a day.
func (p province) nameOn(changes []change, day time.Time) UnitName {
	n := named(p.kind, p.name, p.since, p.basis)
	for _, c := range changes {
		if c.level == "province" && c.code == p.code && !c.name.ValidFrom.Before(p.since) && !day.Before(c.name.ValidFrom) {
			n = c.name
		}
	}
	return n
}

// Profiles lists what can be installed: the reference, then the 34 provinces of today by code. Fault: Internal
// "packaged.file".
func Profiles(fsys fs.FS) ([]Profile, error) {
	s := newSource(fsys)
	day, err := s.statusDay()
	if err != nil {
		return nil, err
	}
	origins, err := s.origins(day)
	list := make([]Profile, len(origins))
	for i, o := range origins {
		list[i] = o.Profile
	}
	return list, err
}

// statusDay is the day up to which the packaged records know the changes of territory.
func (s *source) statusDay() (t time.Time, err error) {
	err = s.each("hierarchy/status.csv", []string{"day"}, func(c []string) { t = day(c[0]) })
	return t, err
}

func (s *source) origins(day time.Time) ([]origin, error) {
	list, err := s.reconstructions()
	if err != nil {
		return nil, err
	}
	provinces, err := s.provincesOfToday()
	if err != nil {
		return nil, err
	}
	changes, err := s.changes()
	if err != nil {
		return nil, err
	}
	for _, p := range provinces {
		list = append(list, origin{Profile: p.profile(changes, day), province: p})
	}
	return list, nil
}

// find gives the profile with an id. Fault: Invalid "profile.unknown" with the known ones in "known".
func (s *source) find(id string, day time.Time) (origin, error) {
	list, err := s.origins(day)
	if err != nil {
		return origin{}, err
	}
	ids := make([]string, len(list))
	for i, o := range list {
		if ids[i] = o.ID; o.ID == id {
			return o, nil
		}
	}
	return origin{}, fault.New(fault.Invalid, "profile.unknown", "profile", id, "known", strings.Join(ids, ", ")).At("province.profile")
}

// Find gives one profile; fault.Invalid "profile.unknown" with the known ones.
func Find(fsys fs.FS, id string) (Profile, error) {
	s := newSource(fsys)
	day, err := s.statusDay()
	if err != nil {
		return Profile{}, err
	}
	o, err := s.find(id, day)
	return o.Profile, err
}
