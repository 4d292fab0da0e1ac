// Package threeway merges what three hands have written: base is what a release brought, ours what the province made of
// it, theirs what the next release brings. Where only one side changed something, its change holds; where both changed it
// to something else, the province's value holds and the other is told as a conflict. Pure: no I/O. It lies among the
// words of the kernel because the offices merge rows by it and the installation merges files by it, and neither of the
// two knows the other.
package threeway

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Conflict is a place where both sides changed base, each to something else. A nil value is an absent one.
type Conflict struct {
	Path               []string // members and names of elements from the record inwards; empty for the whole record
	Base, Ours, Theirs any
}

// Field is the path in one word: "methods.online.term".
func (c Conflict) Field() string { return Field(c.Path) }

// Field writes a path in one word.
func Field(path []string) string { return strings.Join(path, ".") }

// Equal reports whether two values, as encoding/json decodes them, say the same. An absent member and null are one.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && sameMembers(x, y)
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return reflect.DeepEqual(a, b)
}

func sameMembers(x, y map[string]any) bool {
	for name := range x {
		if !Equal(x[name], y[name]) {
			return false
		}
	}
	for name, value := range y {
		if _, there := x[name]; !there && value != nil {
			return false
		}
	}
	return true
}

// Decode reads one JSON value; numbers keep their digits. nil bytes are an absent value.
func Decode(raw []byte) (any, error) {
	if raw == nil {
		return nil, nil //nolint:nilnil // an absent value is a value here
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}
