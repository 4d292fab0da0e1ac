package packaged

import (
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/unit"
)

// twoTiers is the first day of the present structure: 34 provinces, no districts (NQ 202/2025/QH15).
var twoTiers = clock.Date(2025, time.July, 1)

// province is one of the 34 of today, or of the 63 of before.
type province struct {
	code, name, kind, nameEN string
	hCode                    string
	since                    time.Time // zero: it was there before July 2025
	formedFrom               []string
	basis, domain            string
}

// change is a new type or name of a unit from a day on.
type change struct {
	level unit.Level
	code  string
	name  UnitName
}

// provincesOfToday reads the 34, in order of code.
func (s *source) provincesOfToday() ([]province, error) {
	var list []province
	columns := []string{"code", "name", "type", "name_en", "h_code", "h_evidence", "since", "formed_from", "basis", "domain"}
	err := s.each("hierarchy/provinces_2025_07.csv", columns, func(c []string) {
		list = append(list, province{
			code: c[0], name: c[1], kind: c[2], nameEN: c[3], hCode: c[4],
			since: day(c[6]), formedFrom: strings.Fields(c[7]), basis: c[8], domain: c[9],
		})
	})
	return list, err
}

// provincesBefore reads the 63 of before 1 July 2025, by code.
func (s *source) provincesBefore() (map[string]province, error) {
	m := map[string]province{}
	columns := []string{"code", "name", "type", "name_en", "h_code", "h_evidence", "successor"}
	err := s.each("hierarchy/provinces_2025_06.csv", columns, func(c []string) {
		m[c[0]] = province{code: c[0], name: c[1], kind: c[2], nameEN: c[3], hCode: c[4]}
	})
	return m, err
}

func (s *source) changes() ([]change, error) {
	var list []change
	columns := []string{"level", "code", "since", "type", "name", "basis"}
	err := s.each("hierarchy/changes.csv", columns, func(c []string) {
		list = append(list, change{level: unit.Level(c[0]), code: c[1], name: named(c[3], c[4], day(c[2]), c[5])})
	})
	return list, err
}

func named(kind, name string, from time.Time, basis string) UnitName {
	return UnitName{Type: kind, Name: name, FullName: kind + " " + name, ValidFrom: from, Basis: basis}
}

// rename adds to each unit the changes of its code that fall in its time, and closes the name before.
func rename(units []Unit, changes []change) {
	type place struct {
		level unit.Level
		code  string
	}
	at := map[place][]UnitName{}
	for _, c := range changes {
		at[place{c.level, c.code}] = append(at[place{c.level, c.code}], c.name)
	}
	for i := range units {
		u := &units[i]
		for _, n := range at[place{u.Level, u.Code}] {
			if n.ValidFrom.Before(u.ValidFrom) || !u.ValidTo.IsZero() && !n.ValidFrom.Before(u.ValidTo) {
				continue
			}
			u.Names[len(u.Names)-1].ValidTo = n.ValidFrom
			u.Names = append(u.Names, n)
		}
	}
}

// key of a unit: its level, its code and its first day, "-" for one that was there before the records begin.
func key(level unit.Level, code string, from time.Time) string {
	if from.IsZero() {
		return string(level) + "/" + code + "/-"
	}
	return string(level) + "/" + code + "/" + from.Format(time.DateOnly)
}

// InForce reports whether the unit exists on day.
func (u *Unit) InForce(day time.Time) bool { return within(day, u.ValidFrom, u.ValidTo) }

// NameOn is the unit's name on day: its first before its time, its last after.
func (u *Unit) NameOn(day time.Time) UnitName {
	name := u.Names[0]
	for _, n := range u.Names[1:] {
		if !day.Before(n.ValidFrom) {
			name = n
		}
	}
	return name
}

func within(day, from, to time.Time) bool {
	return !day.Before(from) && (to.IsZero() || day.Before(to))
}

// UnitOn is the unit that has a code on a day: 24 is Bắc Giang until 30 June 2025, Bắc Ninh after; nil when none has.
func (s *Set) UnitOn(level unit.Level, code string, day time.Time) *Unit {
	for i := range s.Units {
		if u := &s.Units[i]; u.Level == level && u.Code == code && u.InForce(day) {
			return u
		}
	}
	return nil
}
