package exchange

import (
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// column is one column of the CSV sheet: how it is written, and how a changed cell becomes a patch.
type column struct {
	name  string
	write func(p packaged.Procedure) string
	read  func(cell string, c *catalogue.Patch) error
}

// columns are the flat facts, code first. The columns of methods are read together (methods.go).
func columns() []column {
	all := []column{
		{"code", func(p packaged.Procedure) string { return p.Code }, nil},
		text("name", func(p packaged.Procedure) string { return p.Name }, func(c *catalogue.Patch, v *string) { c.Name = v }),
		text("field", func(p packaged.Procedure) string { return p.Field }, func(c *catalogue.Patch, v *string) { c.Field = v }),
		{"levels", func(p packaged.Procedure) string { return joinLevels(p.Levels) }, func(cell string, c *catalogue.Patch) error {
			var levels []unit.Level
			for _, s := range split(cell) {
				levels = append(levels, unit.Level(s))
			}
			c.Levels = &levels
			return nil
		}},
		text("online", func(p packaged.Procedure) string { return p.Online }, func(c *catalogue.Patch, v *string) { c.Online = v }),
		flag("published", func(p packaged.Procedure) bool { return p.Published }, func(c *catalogue.Patch, v *bool) { c.Published = v }),
		flag("filed_online", func(p packaged.Procedure) bool { return p.FiledOnline }, func(c *catalogue.Patch, v *bool) { c.FiledOnline = v }),
		list("subjects", func(p packaged.Procedure) []string { return p.Subjects }, func(c *catalogue.Patch, v *[]string) { c.Subjects = v }),
		text("promulgator", func(p packaged.Procedure) string { return p.Promulgator }, func(c *catalogue.Patch, v *string) { c.Promulgator = v }),
		list("executing", func(p packaged.Procedure) []string { return p.Executing }, func(c *catalogue.Patch, v *[]string) { c.Executing = v }),
		text("decision", func(p packaged.Procedure) string { return p.Decision }, func(c *catalogue.Patch, v *string) { c.Decision = v }),
	}
	for _, ch := range catalogue.Channels() {
		all = append(all,
			column{name: string(ch) + "_terms", write: func(p packaged.Procedure) string { return terms(p, ch) }},
			column{name: string(ch) + "_fees", write: func(p packaged.Procedure) string { return fees(p, ch) }})
	}
	return all
}

func text(name string, of func(packaged.Procedure) string, to func(*catalogue.Patch, *string)) column {
	return column{name, of, func(cell string, c *catalogue.Patch) error { to(c, &cell); return nil }}
}

func flag(name string, of func(packaged.Procedure) bool, to func(*catalogue.Patch, *bool)) column {
	return column{name, func(p packaged.Procedure) string { return textOf(of(p)) }, func(cell string, c *catalogue.Patch) error {
		b, err := boolean(strings.ToLower(strings.TrimSpace(cell)))
		to(c, &b)
		return err
	}}
}

func list(name string, of func(packaged.Procedure) []string, to func(*catalogue.Patch, *[]string)) column {
	return column{name, func(p packaged.Procedure) string { return join(of(p)) }, func(cell string, c *catalogue.Patch) error {
		v := split(cell)
		to(c, &v)
		return nil
	}}
}

// A cell holds a list with bars between.
const bar = " | "

func join(items []string) string {
	safe := make([]string, len(items))
	for i, s := range items {
		safe[i] = oneLine(s)
	}
	return strings.Join(safe, bar)
}

func joinLevels(ls []unit.Level) string {
	s := make([]string, len(ls))
	for i, l := range ls {
		s[i] = string(l)
	}
	return join(s)
}

func split(cell string) []string {
	var out []string
	for _, s := range strings.Split(cell, "|") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// oneLine keeps a value from being taken for two.
func oneLine(s string) string {
	return strings.NewReplacer("|", "¦", "\r", " ", "\n", " ").Replace(s)
}

func badHeader(name string) *fault.Error {
	return fault.New(fault.Invalid, "procedures.import.column", "column", name)
}
