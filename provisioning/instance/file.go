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

// answers are the values of one source by key path; a list is []string, everything else is text as written.
type answers map[string]any

// parseFile reads instance.yaml. Every problem is a fault with file, line and key; all of them are returned.
func parseFile(name string, raw []byte) (answers, Problems) {
	var doc, second yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(raw))
	if err := d.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, Problems{fault.Wrap(err, fault.Invalid, "config.yaml", "file", name, "line", lineOf(err), "why", plain(err))}
	}
	if d.Decode(&second) == nil { // answers after a "---" would be lost without a word
		return nil, Problems{fault.New(fault.Invalid, "config.documents", "file", name, "line", second.Line)}
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
			r.problem(name, path, "config.unknown_key", "near", nearest(path))
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
	if p := check(k, v, fmt.Sprintf("%s:%d", r.name, n.Line)); p != nil {
		r.problems = append(r.problems, p)
		return
	}
	r.out[k.Path] = v
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
	args = append(args, "where", fmt.Sprintf("%s:%d", r.name, n.Line), "key", path)
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

// nearest is the known key with the fewest edits, for "did you mean".
func nearest(path string) string {
	best, distance := "", 1<<30
	for _, k := range Keys() {
		if d := edits(path, k.Path); d < distance {
			best, distance = k.Path, d
		}
	}
	return best
}

func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func plain(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
}

// lineOf digs the line number out of what the parser said; "" when it named none.
func lineOf(err error) string {
	var line int
	if _, rest, ok := strings.Cut(err.Error(), "line "); ok {
		if _, e := fmt.Sscanf(rest, "%d", &line); e == nil {
			return fmt.Sprint(line)
		}
	}
	return "?"
}
