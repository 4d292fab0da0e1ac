package threeway

import (
	"maps"
	"slices"
)

// At is the value at a path of a record; nil when there is none.
func At(shape Shape, record any, path []string) any { return at(shape, "", record, path) }

func at(shape Shape, pattern string, v any, path []string) any {
	if len(path) == 0 {
		return v
	}
	if o, ok := v.(map[string]any); ok {
		return at(shape, under(pattern, path[0]), o[path[0]], path[1:])
	}
	list, ok := naming(v, shape[pattern])
	if !ok {
		return nil
	}
	return at(shape, under(pattern, "*"), list.value[path[0]], path[1:])
}

// Put gives the record with another value at a path; nil takes away what is there. The record itself is not changed. An
// element that a list lacks comes to its end. ok is false when the path leads through something that is not there.
func Put(shape Shape, record any, path []string, value any) (changed any, ok bool) {
	return put(shape, "", record, path, value)
}

func put(shape Shape, pattern string, v any, path []string, value any) (any, bool) {
	if len(path) == 0 {
		return value, true
	}
	if o, ok := v.(map[string]any); ok {
		inner, ok := put(shape, under(pattern, path[0]), o[path[0]], path[1:], value)
		if !ok {
			return v, false
		}
		out := maps.Clone(o)
		out[path[0]] = inner
		return out, true
	}
	by, listed := shape[pattern]
	list, ok := naming(v, by)
	if !listed || !ok {
		return v, false
	}
	inner, ok := put(shape, under(pattern, "*"), list.value[path[0]], path[1:], value)
	if !ok {
		return v, false
	}
	if !slices.Contains(list.order, path[0]) {
		list.order = append(list.order, path[0])
	}
	list.value[path[0]] = inner
	out := []any{}
	for _, name := range list.order {
		if list.value[name] != nil {
			out = append(out, list.value[name])
		}
	}
	return out, true
}

// Differences shape the places at which b says something else than a, as conflicts with b as Ours and Theirs equal to a:
// what a province changed of what was packaged.
func Differences(shape Shape, a, b any) []Conflict {
	var out []Conflict
	differ(shape, nil, "", a, b, &out)
	return out
}

func differ(shape Shape, path []string, pattern string, a, b any, out *[]Conflict) {
	if Equal(a, b) {
		return
	}
	x, okX := a.(map[string]any)
	y, okY := b.(map[string]any)
	if okX && okY && shape[pattern] != Whole {
		for _, name := range names(x, y) {
			differ(shape, append(path, name), under(pattern, name), x[name], y[name], out)
		}
		return
	}
	if by, listed := shape[pattern]; listed && by != Whole && a != nil && b != nil {
		p, okP := naming(a, by)
		q, okQ := naming(b, by)
		before := len(*out)
		if okP && okQ {
			for _, name := range names(p.value, q.value) {
				differ(shape, append(path, name), under(pattern, "*"), p.value[name], q.value[name], out)
			}
		}
		if len(*out) > before {
			return
		}
	}
	*out = append(*out, Conflict{slices.Clone(path), a, b, a})
}
