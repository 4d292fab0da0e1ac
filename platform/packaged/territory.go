package packaged

import (
	"slices"
	"time"

	"egovctl/platform/kernel/unit"
)

// territory resolves the units of a province of today with their history: the provinces that it was formed from, their
// districts and communes of June 2025, its communes of now, and what went over into what.
func (s *source) territory(p province, set *Set) error {
	before, err := s.provincesBefore()
	if err != nil {
		return err
	}
	now := key(unit.Province, p.code, p.since)
	if !p.since.IsZero() {
		for _, code := range p.formedFrom {
			old := before[code]
			set.Units = append(set.Units, Unit{
				Key: key(unit.Province, code, time.Time{}), Level: unit.Province, Code: code,
				Names: []UnitName{named(old.kind, old.name, time.Time{}, "")}, ValidTo: p.since, Basis: p.basis,
			})
			set.Succession = append(set.Succession, Succession{
				OldKey: key(unit.Province, code, time.Time{}), NewKey: now, Kind: "merged", Default: true, Date: p.since, Basis: p.basis,
			})
		}
	}
	first := named(p.kind, p.name, p.since, p.basis)
	if p.since.IsZero() {
		first = named(before[p.code].kind, before[p.code].name, p.since, "")
	}
	set.Units = append(set.Units, Unit{Key: now, Level: unit.Province, Code: p.code, Names: []UnitName{first}, ValidFrom: p.since, Basis: first.Basis})
	basis, err := s.bases()
	if err != nil {
		return err
	}
	if err := s.unitsOfJune2025(p, basis, set); err != nil {
		return err
	}
	if err := s.communesOfToday(p.code, now, basis[unit.Commune], set); err != nil {
		return err
	}
	changes, err := s.changes()
	if err != nil {
		return err
	}
	rename(set.Units, changes)
	return s.succession(basis[unit.Commune], set)
}

// unitsOfJune2025 adds the districts and communes that ended with June 2025.
func (s *source) unitsOfJune2025(p province, basis map[unit.Level]string, set *Set) error {
	ours := map[string]bool{}
	err := s.each("hierarchy/districts_2025_06.csv", []string{"code", "province", "type", "name"}, func(c []string) {
		if !slices.Contains(p.formedFrom, c[1]) {
			return
		}
		ours[c[0]] = true
		set.Units = append(set.Units, Unit{
			Key: key(unit.District, c[0], time.Time{}), Level: unit.District, Code: c[0], Names: []UnitName{named(c[2], c[3], time.Time{}, "")},
			ParentKey: key(unit.Province, c[1], time.Time{}), ValidTo: twoTiers, Basis: basis[unit.District],
		})
	})
	if err != nil {
		return err
	}
	return s.each("hierarchy/communes_2025_06.csv", []string{"code", "district", "type", "name"}, func(c []string) {
		if !ours[c[1]] {
			return
		}
		set.Units = append(set.Units, Unit{
			Key: key(unit.Commune, c[0], time.Time{}), Level: unit.Commune, Code: c[0], Names: []UnitName{named(c[2], c[3], time.Time{}, "")},
			ParentKey: key(unit.District, c[1], time.Time{}), ValidTo: twoTiers, Basis: basis[unit.Commune],
		})
	})
}

// bases is what the end of a level's units on 1 July 2025, and the beginning of those of today, rests on.
func (s *source) bases() (map[unit.Level]string, error) {
	m := map[unit.Level]string{}
	err := s.each("hierarchy/bases_2025_07.csv", []string{"level", "basis"}, func(c []string) { m[unit.Level(c[0])] = c[1] })
	return m, err
}

func (s *source) communesOfToday(code, parent, basis string, set *Set) error {
	return s.each("hierarchy/communes_2025_07.csv", []string{"code", "province", "type", "name"}, func(c []string) {
		if c[1] != code {
			return
		}
		set.Units = append(set.Units, Unit{
			Key: key(unit.Commune, c[0], twoTiers), Level: unit.Commune, Code: c[0],
			Names: []UnitName{named(c[2], c[3], twoTiers, basis)}, ParentKey: parent, ValidFrom: twoTiers, Basis: basis,
		})
	})
}

// succession adds what became of each commune, and of the five island districts that had none.
func (s *source) succession(basis string, set *Set) error {
	ours := make(map[string]bool, len(set.Units))
	for i := range set.Units {
		ours[set.Units[i].Key] = true
	}
	return s.each("hierarchy/succession_2025_07.csv", []string{"level", "old", "new", "kind", "default"}, func(c []string) {
		to := key(unit.Commune, c[2], twoTiers)
		if !ours[to] {
			return
		}
		set.Succession = append(set.Succession, Succession{
			OldKey: key(unit.Level(c[0]), c[1], time.Time{}), NewKey: to, Kind: c[3], Default: c[4] == "1", Date: twoTiers, Basis: basis,
		})
	})
}
