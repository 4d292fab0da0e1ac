package packaged

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fold"
)

// executors turns the names that records give to executing agencies (more than four hundred spellings) into groups.
type executors struct {
	rules []executorRule
	known map[string][]string
}

type executorRule struct {
	words  string
	groups []string
}

// executors reads the written rules: the first row whose words occur in the folded name decides; a row without groups
// names somebody whom no province has (customs, courts, the state bank), and so does a name that no row knows.
func (s *source) executors() (*executors, error) {
	e := &executors{known: map[string][]string{}}
	err := s.each("catalogue/executors.csv", []string{"words", "groups"}, func(c []string) {
		e.rules = append(e.rules, executorRule{words: c[0], groups: strings.Fields(c[1])})
	})
	return e, err
}

// groups of one name. The province in a name ("Sở Xây dựng tỉnh Lai Châu") plays no part: whose record it is, its
// promulgator says.
func (e *executors) groups(name string) []string {
	if g, ok := e.known[name]; ok {
		return g
	}
	folded := fold.Text(name)
	var g []string
	if i := slices.IndexFunc(e.rules, func(r executorRule) bool { return strings.Contains(folded, r.words) }); i >= 0 {
		g = e.rules[i].groups
	}
	e.known[name] = g
	return g
}

// handlers are the groups that handle a procedure, as the records of 2026 have it. A record that names nobody is
// handled at its lowest level: by the commune's committee, or by the office of the field.
func (e *executors) handlers(r *record) []string {
	var list []string
	for _, name := range r.Executing {
		for _, g := range e.groups(name) {
			if !slices.Contains(list, g) {
				list = append(list, g)
			}
		}
	}
	switch {
	case len(r.Executing) > 0:
	case slices.Contains(r.Levels, "commune"):
		list = append(list, groupCommune)
	case slices.Contains(r.Levels, "province"):
		list = append(list, groupField)
	}
	return list
}
