package catalogue

import (
	"strings"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
)

// Patch is what is to change of a record; nil leaves a member as it is.
type Patch struct {
	Name        *string
	Field       *string
	Levels      *[]unit.Level
	Online      *string
	Subjects    *[]string
	Promulgator *string
	Executing   *[]string
	Methods     *[]packaged.Method
	Cases       *[]packaged.Case
	Results     *[]packaged.Result
	LegalBasis  *[]string
	Decision    *string
	Published   *bool
	FiledOnline *bool

	Ministry       *bool
	NonTerritorial *bool
}

// Apply returns p with the patch on it, and the names of the members that now say something else.
func (c Patch) Apply(p packaged.Procedure) (packaged.Procedure, []string) {
	before, after := p, p
	var changed []string
	step := func(member string, touched bool) {
		if touched && !Same(before, after) {
			changed = append(changed, member)
		}
		before = after
	}
	step("name", set(&after.Name, trimmed(c.Name)))
	step("field", set(&after.Field, c.Field))
	step("levels", set(&after.Levels, c.Levels))
	step("online", set(&after.Online, c.Online))
	step("subjects", set(&after.Subjects, c.Subjects))
	step("promulgator", set(&after.Promulgator, c.Promulgator))
	step("executing", set(&after.Executing, c.Executing))
	step("methods", set(&after.Methods, c.Methods))
	step("cases", set(&after.Cases, c.Cases))
	step("results", set(&after.Results, c.Results))
	step("legal_basis", set(&after.LegalBasis, c.LegalBasis))
	step("decision", set(&after.Decision, c.Decision))
	step("ministry", set(&after.Ministry, c.Ministry))
	step("non_territorial", set(&after.NonTerritorial, c.NonTerritorial))
	step("published", set(&after.Published, c.Published))
	step("filed_online", set(&after.FiledOnline, c.FiledOnline))
	return after, changed
}

func set[T any](to *T, value *T) bool {
	if value == nil {
		return false
	}
	*to = *value
	return true
}

// trimmed folds white space and line breaks, which names of the national database carry.
func trimmed(s *string) *string {
	if s == nil {
		return nil
	}
	t := strings.Join(strings.Fields(*s), " ")
	return &t
}
