package exchange

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures/internal/catalogue"
)

func writeYAML(w io.Writer, ps []catalogue.Procedure) error {
	book := struct {
		Procedures []record `yaml:"procedures"`
	}{make([]record, len(ps))}
	for i, p := range ps {
		book.Procedures[i] = recordOf(p.Procedure)
	}
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(book); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	return e.Close()
}

// book is a YAML file being read.
type book struct {
	current  Lookup
	once     once
	rows     []Row
	problems []Problem
}

func readYAML(raw []byte, current Lookup) ([]Row, []Problem) {
	b := &book{current: current, once: once{}}
	var root yaml.Node
	if err := yaml.Unmarshal(raw, &root); err != nil {
		return nil, []Problem{{Line: lineIn(err), Err: fault.Wrap(err, fault.Invalid, "procedures.import.yaml")}}
	}
	list := procedureList(&root)
	if list == nil {
		return nil, []Problem{{Line: max(root.Line, 1), Err: fault.New(fault.Invalid, "procedures.import.yaml")}}
	}
	for _, n := range list.Content {
		b.record(n)
	}
	return b.rows, b.problems
}

// procedureList finds the list: the document itself, or its member "procedures".
func procedureList(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		n = n.Content[0]
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "procedures" {
		n = n.Content[1]
	}
	if n.Kind != yaml.SequenceNode {
		return nil
	}
	return n
}

func (b *book) say(n *yaml.Node, code, field string, err error) {
	b.problems = append(b.problems, refusal(n.Line, code, field, err))
}

func (b *book) record(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		b.say(n, "", "", fault.New(fault.Invalid, "procedures.import.yaml"))
		return
	}
	var code string
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == "code" {
			code = n.Content[i+1].Value
		}
	}
	if !unit.ValidProcedureCode(code) {
		b.say(n, code, "code", fault.New(fault.Invalid, "procedures.code.malformed", "code", code))
		return
	}
	if err := b.once.seen(code, n.Line); err != nil {
		b.say(n, code, "code", err)
		return
	}
	row := Row{Line: n.Line, Code: code}
	p, exists := b.current(code)
	now := recordOf(p)
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if seen[key.Value] {
			b.say(key, code, key.Value, badHeader(key.Value))
		}
		seen[key.Value] = true
		b.member(&row, key, value, now, exists)
	}
	b.rows = append(b.rows, row)
}

// member reads one member of a record. What equals the record as it stands is not part of the patch.
func (b *book) member(row *Row, key, value *yaml.Node, now record, exists bool) {
	c := &row.Patch
	var err error
	switch key.Value {
	case "code":
	case "name":
		err = take(value, now.Name, exists, func(v string) error { c.Name = &v; return nil })
	case "field":
		err = take(value, now.Field, exists, func(v string) error { c.Field = &v; return nil })
	case "levels":
		err = take(value, now.Levels, exists, func(v []string) error { l := levelsOf(v); c.Levels = &l; return nil })
	case "ministry":
		err = take(value, now.Ministry, exists, func(v bool) error { c.Ministry = &v; return nil })
	case "online":
		err = take(value, now.Online, exists, func(v string) error { c.Online = &v; return nil })
	case "published":
		err = take(value, now.Published, exists, func(v bool) error { c.Published = &v; return nil })
	case "filed_online":
		err = take(value, now.FiledOnline, exists, func(v bool) error { c.FiledOnline = &v; return nil })
	case "subjects":
		err = take(value, now.Subjects, exists, func(v []string) error { c.Subjects = &v; return nil })
	case "promulgator":
		err = take(value, now.Promulgator, exists, func(v string) error { c.Promulgator = &v; return nil })
	case "executing":
		err = take(value, now.Executing, exists, func(v []string) error { c.Executing = &v; return nil })
	case "methods":
		b.methods(row, value, now, exists)
	case "cases":
		err = take(value, now.Cases, exists, func(v []kase) error { x := casesOf(v); c.Cases = &x; return nil })
	case "results":
		err = take(value, now.Results, exists, func(v []result) error { x := resultsOf(v); c.Results = &x; return nil })
	case "legal_basis":
		err = take(value, now.LegalBasis, exists, func(v []string) error { c.LegalBasis = &v; return nil })
	case "decision":
		err = take(value, now.Decision, exists, func(v string) error { c.Decision = &v; return nil })
	case "non_territorial":
		err = take(value, now.NonTerritorial, exists, func(v bool) error { c.NonTerritorial = &v; return nil })
	default:
		err = badHeader(key.Value)
	}
	if err != nil {
		b.say(key, row.Code, key.Value, err)
	}
}

// methods names the line of the very method that is wrong.
func (b *book) methods(row *Row, value *yaml.Node, now record, exists bool) {
	err := take(value, now.Methods, exists, func(v []method) error {
		all, err := methodsOf(v)
		row.Patch.Methods = &all
		return err
	})
	if err == nil {
		return
	}
	for i, n := range value.Content {
		one := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{n}}
		if err := take(one, nil, false, func(v []method) error { _, err := methodsOf(v); return err }); err != nil {
			b.say(n, row.Code, "methods["+strconv.Itoa(i)+"]", err)
			return
		}
	}
	b.say(value, row.Code, "methods", err)
}

// take decodes a value, unknown members refused, and gives it to use unless it is what stands already.
func take[T any](n *yaml.Node, now T, exists bool, use func(T) error) error {
	if err := strict(n, reflect.TypeFor[T]()); err != nil {
		return err
	}
	var v T
	if err := n.Decode(&v); err != nil {
		return fault.Wrap(err, fault.Invalid, "procedures.import.value")
	}
	if exists && reflect.DeepEqual(v, now) {
		return nil
	}
	return use(v)
}

// strict refuses members that t does not have.
func strict(n *yaml.Node, t reflect.Type) error {
	switch {
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for _, c := range n.Content {
			if err := strict(c, t.Elem()); err != nil {
				return err
			}
		}
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			f, ok := fieldNamed(t, n.Content[i].Value)
			if !ok {
				return badHeader(n.Content[i].Value)
			}
			if err := strict(n.Content[i+1], f.Type); err != nil {
				return err
			}
		}
	}
	return nil
}

func fieldNamed(t reflect.Type, name string) (reflect.StructField, bool) {
	for i := range t.NumField() {
		if tag := yamlName.FindString(t.Field(i).Tag.Get("yaml")); tag == name {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

var (
	yamlName = regexp.MustCompile(`^[a-z_]+`)
	yamlLine = regexp.MustCompile(`line (\d+)`)
)

// lineIn finds the line in what the parser said, 1 when it said none.
func lineIn(err error) int {
	var said error = err
	for ; said != nil; said = errors.Unwrap(said) {
		if m := yamlLine.FindStringSubmatch(said.Error()); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 1
}
