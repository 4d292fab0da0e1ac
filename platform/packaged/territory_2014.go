package packaged

import (
	"time"

	"egovctl/platform/kernel/unit"
)

// territory2014 is Đà Nẵng as it was in 2014: the city, eight districts, 56 wards and communes. Nothing ends here: the
// reconstruction keeps its territory in force.
func (s *source) territory2014(set *Set) error {
	before, err := s.provincesBefore()
	if err != nil {
		return err
	}
	add := func(level unit.Level, code, parent, kind, name string) {
		set.Units = append(set.Units, Unit{
			Key: key(level, code, time.Time{}), Level: level, Code: code,
			Names: []UnitName{named(kind, name, time.Time{}, "")}, ParentKey: parent,
		})
	}
	city := before[set.Profile.Province]
	add(unit.Province, city.code, "", city.kind, city.name)
	err = s.each("hierarchy/danang_2014_districts.csv", []string{"code", "province", "type", "name"}, func(c []string) {
		add(unit.District, c[0], key(unit.Province, c[1], time.Time{}), c[2], c[3])
	})
	if err != nil {
		return err
	}
	return s.each("hierarchy/danang_2014_communes.csv", []string{"code", "district", "type", "name"}, func(c []string) {
		add(unit.Commune, c[0], key(unit.District, c[1], time.Time{}), c[2], c[3])
	})
}
