package packaged

import "strings"

// department is a row of departments_2014.csv or departments_2025.csv.
type department struct {
	group, short, nameVI, nameEN, kind string
	also                               []string // other groups that it acts for
	became                             []string // 2014: the groups of 2025 that took over its work
	standIn                            string   // 2025: who does the work where a province has no such department; "" when all have one
	site                               bool
}

// departments of 2014: the standard list of 28.
func (s *source) departments2014() ([]department, error) {
	var list []department
	columns := []string{"group", "short", "name_vi", "name_en", "site", "vertical", "became"}
	err := s.each("hierarchy/departments_2014.csv", columns, func(c []string) {
		list = append(list, department{
			group: c[0], short: c[1], nameVI: c[2], nameEN: c[3], kind: kindDepartment,
			site: c[4] == "1", became: strings.Fields(c[6]),
		})
	})
	return list, err
}

// departments2025 are those of a province of today: the ones that every province has, the optional ones that a record
// names there, and the stand-ins of the others.
func (s *source) departments2025(provinceCode string) ([]department, error) {
	has := map[string]bool{}
	err := s.each("hierarchy/departments_2025_optional.csv", []string{"group", "province", "named_as"}, func(c []string) {
		if c[1] == provinceCode {
			has[c[0]] = true
		}
	})
	if err != nil {
		return nil, err
	}
	var list []department
	standsIn := map[string][]string{}
	columns := []string{"group", "also", "short", "name_vi", "name_en", "kind", "vertical", "stand_in", "formed_from"}
	err = s.each("hierarchy/departments_2025.csv", columns, func(c []string) {
		if c[7] != "" && !has[c[0]] {
			standsIn[c[7]] = append(standsIn[c[7]], c[0])
			return
		}
		list = append(list, department{
			group: c[0], also: strings.Fields(c[1]), short: c[2], nameVI: c[3], nameEN: c[4], kind: c[5],
			standIn: c[7], site: c[6] != "1",
		})
	})
	for i := range list {
		list[i].also = append(list[i].also, standsIn[list[i].group]...)
	}
	return list, err
}

// identifiers known for a province: "department/SXD" or "commune/07210" to H17.18.
func (s *source) identifiers(hCode string) (map[string]string, error) {
	known := map[string]string{}
	err := s.each("hierarchy/identifiers.csv", []string{"identifier", "h_code", "of", "agency"}, func(c []string) {
		if c[1] == hCode {
			known[c[2]+"/"+c[3]] = c[0]
		}
	})
	return known, err
}
