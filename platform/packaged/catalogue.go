package packaged

import (
	"strings"

	"egovctl/platform/kernel/unit"
)

// field is a row of fields.csv: a field of administration and who minds it.
type field struct {
	code, name   string
	office2014   string // group of the department of 2014; "" when none of the city's
	office2025   string
	tier2014     string // who of district and commune handled in 2014 what communes handle now: commune, district, both
	namedByPress bool
}

// record is a procedure with what the selection needs and the province does not.
type record struct {
	Procedure
	field *field
}

// catalogue is the national catalogue as packaged.
type catalogue struct {
	fields  map[string]*field
	list    []Field
	records []record
	at      map[string]*record
}

var levelOf = map[rune]unit.Level{'P': unit.Province, 'C': unit.Commune}

// catalogue reads the whole national catalogue and applies the rules for its holes (templates/SOURCES.md).
func (s *source) catalogue() (*catalogue, error) {
	c := &catalogue{fields: map[string]*field{}, at: map[string]*record{}}
	for _, read := range []func(*catalogue) error{s.readFields, s.readProcedures, s.readMethods, s.readFees, s.readComponents, s.readResults} {
		if err := read(c); err != nil {
			return nil, err
		}
	}
	for i := range c.records {
		c.records[i].mendOnline()
	}
	return c, nil
}

func (s *source) readFields(c *catalogue) error {
	columns := []string{"code", "name", "office_2014", "office_2025", "tier_2014"}
	err := s.each("catalogue/fields.csv", columns, func(x []string) {
		c.fields[x[0]] = &field{code: x[0], name: x[1], office2014: x[2], office2025: x[3], tier2014: x[4]}
		c.list = append(c.list, Field{Code: x[0], Name: x[1]})
	})
	if err != nil {
		return err
	}
	return s.each("catalogue/press_2014.csv", []string{"field", "why"}, func(x []string) {
		if f := c.fields[x[0]]; f != nil {
			f.namedByPress = true
		}
	})
}

func (s *source) readProcedures(c *catalogue) error {
	subjects := map[string]string{}
	err := s.each("catalogue/subjects.csv", []string{"code", "name"}, func(x []string) { subjects[x[0]] = x[1] })
	if err != nil {
		return err
	}
	columns := []string{"code", "name", "field", "levels", "promulgator", "online", "non_territorial", "standing", "executing", "subjects", "decision", "legal_basis"}
	err = s.each("catalogue/procedures.csv", columns, func(x []string) {
		p := Procedure{
			Code: x[0], Name: x[1], Field: x[2], Promulgator: x[4], Online: x[5], NonTerritorial: x[6] == "1",
			Incomplete: x[7] == "no_facts", Internal: x[7] == "internal",
			Executing: list(x[8]), Decision: x[10], LegalBasis: list(x[11]), Ministry: strings.Contains(x[3], "M"),
		}
		if p.Online == "" {
			p.Online = OnlineInformation
		}
		for _, l := range x[3] {
			if level, ok := levelOf[l]; ok {
				p.Levels = append(p.Levels, level)
			}
		}
		for code := range strings.FieldsSeq(x[9]) {
			p.Subjects = append(p.Subjects, subjects[code])
		}
		c.records = append(c.records, record{Procedure: p, field: c.fields[p.Field]})
	})
	for i := range c.records {
		c.at[c.records[i].Code] = &c.records[i]
	}
	return err
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}
