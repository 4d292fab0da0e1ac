package threeway

import (
	"maps"
	"slices"
)

// Shape says how deep a merge goes. A list that is here is merged element by element, by what names an element: "methods"
// -> "channel"; several members are parted by "|", and the first that is not empty names the element; "." names a plain
// value by itself. A path goes through elements with "*": "methods.*.fees". Whole is for what makes sense only together,
// such as a number and its unit. A list that is not here, or in which two elements bear one name, is one value.
type Shape map[string]string

// Whole marks an object as one value.
const Whole = "="

// Record merges three records, as encoding/json decodes them; nil is an absent one. It returns the merged record (nil
// when it is gone) and the conflicts in a fixed order. The arguments are not changed; the result may share parts with them.
func Record(shape Shape, base, ours, theirs any) (any, []Conflict) {
	m := merger{shape: shape}
	merged := m.value(nil, "", base, ours, theirs)
	return merged, m.conflicts
}

type merger struct {
	shape     Shape
	conflicts []Conflict
}

func (m *merger) value(path []string, pattern string, base, ours, theirs any) any {
	switch {
	case Equal(ours, theirs), Equal(base, theirs):
		return ours
	case Equal(base, ours):
		return theirs
	}
	if merged, ok := m.members(path, pattern, base, ours, theirs); ok {
		return merged
	}
	if merged, ok := m.elements(path, pattern, base, ours, theirs); ok {
		return merged
	}
	m.conflicts = append(m.conflicts, Conflict{slices.Clone(path), base, ours, theirs})
	return ours
}

// members merges objects member by member; ok is false when one of them is no object.
func (m *merger) members(path []string, pattern string, base, ours, theirs any) (merged any, ok bool) {
	b, okB := base.(map[string]any)
	o, okO := ours.(map[string]any)
	t, okT := theirs.(map[string]any)
	if !okO || !okT || (!okB && base != nil) || m.shape[pattern] == Whole {
		return nil, false
	}
	out := map[string]any{}
	for _, name := range names(b, o, t) {
		if v := m.value(append(path, name), under(pattern, name), b[name], o[name], t[name]); v != nil {
			out[name] = v
		}
	}
	return out, true
}

func names(all ...map[string]any) []string {
	seen := map[string]bool{}
	for _, one := range all {
		for name := range one {
			seen[name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func under(pattern, name string) string {
	if pattern == "" {
		return name
	}
	return pattern + "." + name
}
