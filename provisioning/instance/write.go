package instance

import (
	"fmt"
	"strings"
)

// YAML writes the answers as instance.yaml, every key on a line of its own, in the order of the table, so that two
// instances can be compared by eye and by diff.
func (l Loaded) YAML() []byte {
	var b strings.Builder
	b.WriteString("# Answers of this instance. Secrets stand in etc/secrets/, never here. After a change: egovctl install --reconfigure\n")
	var open []string
	for _, k := range Keys() {
		parts := strings.Split(k.Path, ".")
		groups, name := parts[:len(parts)-1], parts[len(parts)-1]
		for i, g := range groups {
			if i >= len(open) || open[i] != g {
				fmt.Fprintf(&b, "%s%s:\n", strings.Repeat("  ", i), g)
				open = append(open[:min(i, len(open))], g)
			}
		}
		open = open[:len(groups)]
		fmt.Fprintf(&b, "%s%s: %s\n", strings.Repeat("  ", len(groups)), name, l.scalar(k))
	}
	return []byte(b.String())
}

func (l Loaded) scalar(k Key) string {
	switch k.Type {
	case List:
		items := l.v.GetStringSlice(k.Path)
		quoted := make([]string, len(items))
		for i, item := range items {
			quoted[i] = fmt.Sprintf("%q", item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case Text:
		return fmt.Sprintf("%q", l.v.GetString(k.Path))
	default:
		return l.v.GetString(k.Path)
	}
}

// Difference is a key whose answer changed.
type Difference struct {
	Key string `json:"key"`
	Old string `json:"old"`
	New string `json:"new"`
}

// Diff lists what changed from old to l.
func (l Loaded) Diff(old Loaded) []Difference {
	var out []Difference
	for _, k := range Keys() {
		if a, b := old.Value(k.Path), l.Value(k.Path); a != b {
			out = append(out, Difference{Key: k.Path, Old: a, New: b})
		}
	}
	return out
}
