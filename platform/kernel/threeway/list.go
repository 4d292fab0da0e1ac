package threeway

import (
	"fmt"
	"slices"
	"strings"
)

// named is a list whose elements have names.
type named struct {
	order []string
	value map[string]any
}

// elements merges shape by the names of their elements; ok is false when these are no such shape, or when both sides
// changed the order of what they share, each in its own way.
func (m *merger) elements(path []string, pattern string, base, ours, theirs any) (merged any, ok bool) {
	by, listed := m.shape[pattern]
	if !listed || by == Whole {
		return nil, false
	}
	b, okB := naming(base, by)
	o, okO := naming(ours, by)
	t, okT := naming(theirs, by)
	if !okB || !okO || !okT || ours == nil || theirs == nil {
		return nil, false
	}
	order, ok := ordered(b, o, t)
	if !ok {
		return nil, false
	}
	out := []any{}
	for _, name := range order {
		if v := m.value(append(path, name), under(pattern, "*"), b.value[name], o.value[name], t.value[name]); v != nil {
			out = append(out, v)
		}
	}
	return out, true
}

// naming gives the elements of a list by name; ok is false for what is no list, and when a name is empty or there twice.
func naming(v any, by string) (list named, ok bool) {
	list.value = map[string]any{}
	elements, isList := v.([]any)
	if !isList {
		return list, v == nil
	}
	for _, e := range elements {
		name := nameOf(e, by)
		if _, twice := list.value[name]; twice || name == "" {
			return list, false
		}
		list.order, list.value[name] = append(list.order, name), e
	}
	return list, true
}

func nameOf(element any, by string) string {
	o, isObject := element.(map[string]any)
	if by == "." {
		if s, isText := element.(string); isText {
			return s
		}
		return ""
	}
	if !isObject {
		return ""
	}
	for member := range strings.SplitSeq(by, "|") {
		if v := o[member]; v != nil && v != "" {
			return fmt.Sprint(v)
		}
	}
	return unnamed
}

// unnamed is the name of the one element of a list that has none, such as the only case of a procedure.
const unnamed = "-"

// ordered is the order of all names of ours and theirs: that of the side which moved something, with what only the other
// side has put behind its neighbour there. Names that one side took away stay in it, for the merge of their values.
func ordered(b, o, t named) (order []string, ok bool) {
	both := func(list named, others ...named) []string {
		return slices.DeleteFunc(slices.Clone(list.order), func(name string) bool {
			return slices.ContainsFunc(others, func(other named) bool { _, there := other.value[name]; return !there })
		})
	}
	lead, other := o, t
	if !slices.Equal(both(o, t), both(t, o)) {
		wasFirst := both(b, o, t)
		oursMoved, theirsMoved := !slices.Equal(both(o, b, t), wasFirst), !slices.Equal(both(t, b, o), wasFirst)
		if oursMoved && theirsMoved {
			return nil, false
		}
		if theirsMoved {
			lead, other = t, o
		}
	}
	order = slices.Clone(lead.order)
	for i, name := range other.order {
		if _, there := lead.value[name]; there {
			continue
		}
		at := 0
		if i > 0 {
			at = slices.Index(order, other.order[i-1]) + 1
		}
		order = slices.Insert(order, at, name)
	}
	return order, true
}
