package instance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"egovctl/platform/kernel/fault"
)

// answers are the values of one source by key path, each with the line on which it stands; a list is []string,
// everything else is text as written.
type answers map[string]answer

type answer struct {
	value any
	line  int
}

// parseFile reads instance.yaml. Every problem is a fault with file, line and key; all of them are returned.
func parseFile(name string, raw []byte) (answers, Problems) {
	if len(raw) > maxFile {
		return nil, Problems{fault.New(fault.Invalid, "config.large", "file", name)}
	}
	if at := oddByte(raw); at >= 0 {
		return nil, Problems{fault.New(fault.Invalid, "config.bytes", "where", place(name, lineAt(raw, at)), "byte", fmt.Sprintf("0x%02X", raw[at]))}
	}
	var doc, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, Problems{notYAML(err, name, raw)}
	}
	if err := d.Decode(&second); err == nil { // answers after a "---" would be lost without a word
		return nil, Problems{fault.New(fault.Invalid, "config.documents", "file", name, "line", second.Line)}
	} else if !errors.Is(err, io.EOF) {
		return nil, Problems{notYAML(err, name, raw)}
	}
	if len(doc.Content) == 0 {
		return answers{}, nil
	}
	r := fileReader{name: name, out: answers{}}
	r.mapping("", doc.Content[0])
	return r.out, r.problems
}

type fileReader struct {
	name     string
	out      answers
	problems Problems
}

func (r *fileReader) mapping(prefix string, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		r.problem(n, prefix, "config.not_mapping")
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		path := strings.TrimPrefix(prefix+"."+name.Value, ".")
		key, known := find(path)
		switch {
		case known:
			r.value(key, name, value)
		case isGroup(path):
			r.mapping(path, value)
		default:
			r.problems = append(r.problems, unknown(path, place(r.name, name.Line)))
		}
	}
}

func (r *fileReader) value(k Key, name, n *yaml.Node) {
	if _, twice := r.out[k.Path]; twice {
		r.problem(name, k.Path, "config.twice")
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	v, ok := scalarOrList(k, n)
	if !ok {
		r.problem(n, k.Path, "config.type."+string(k.Type), "value", n.Value)
		return
	}
	if p := check(k, v, place(r.name, n.Line)); p != nil {
		r.problems = append(r.problems, p)
		return
	}
	r.out[k.Path] = answer{v, n.Line}
}

func scalarOrList(k Key, n *yaml.Node) (any, bool) {
	if k.Type == List {
		if n.Kind != yaml.SequenceNode {
			return nil, false
		}
		items := make([]string, 0, len(n.Content))
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return nil, false
			}
			items = append(items, c.Value)
		}
		return items, true
	}
	if n.Kind != yaml.ScalarNode {
		return nil, false
	}
	switch k.Type {
	case Whole:
		return n.Value, n.Tag == "!!int"
	case Switch:
		return n.Value, n.Tag == "!!bool"
	default:
		return n.Value, n.Tag == "!!str" || (n.Tag == "!!int" && k.Path == "province.profile") || n.Tag == "!!timestamp"
	}
}

func (r *fileReader) problem(n *yaml.Node, path, key string, args ...any) {
	args = append(args, "where", place(r.name, n.Line), "key", path)
	r.problems = append(r.problems, fault.New(fault.Invalid, key, args...).At(path))
}

// check holds one value against its key. where says where it was given.
func check(k Key, v any, where string) *fault.Error {
	items, isList := v.([]string)
	if !isList {
		items = []string{fmt.Sprint(v)}
	}
	for _, item := range items {
		if k.OneOf != nil && !contains(k.OneOf, item) {
			return fault.New(fault.Invalid, "config.one_of", "key", k.Path, "value", item, "where", where, "allowed", strings.Join(k.OneOf, ", ")).At(k.Path)
		}
		if k.Check != nil && !k.Check(item) {
			return fault.New(fault.Invalid, k.Must, "key", k.Path, "value", item, "where", where).At(k.Path)
		}
	}
	return nil
}

func contains(set []string, v string) bool {
	for _, s := range set {
		if s == v {
			return true
		}
	}
	return false
}

func isGroup(path string) bool {
	for _, k := range Keys() {
		if strings.HasPrefix(k.Path, path+".") {
			return true
		}
	}
	return false
}
