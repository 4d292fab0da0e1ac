package threeway

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every cell of (packaged before, of the province, packaged now) x (absent, the same, another).
func TestCells(t *testing.T) {
	rec := func(name string) any {
		if name == "" {
			return nil
		}
		return map[string]any{"name": name}
	}
	whole := []string(nil)
	for _, c := range []struct {
		name               string
		base, ours, theirs string
		want               string
		conflict           bool
	}{
		{"nothing anywhere", "", "", "", "", false},
		{"packaged now for the first time", "", "", "new", "new", false},
		{"the province's own", "", "own", "", "own", false},
		{"both made the same", "", "same", "same", "same", false},
		{"both made something", "", "own", "new", "own", true},
		{"both took it away", "old", "", "", "", false},
		{"taken away here, left alone there", "old", "", "old", "", false},
		{"taken away here, changed there", "old", "", "new", "", true},
		{"taken away there, left alone here", "old", "old", "", "", false},
		{"taken away there, changed here", "old", "own", "", "own", true},
		{"nobody touched it", "old", "old", "old", "old", false},
		{"changed here", "old", "own", "old", "own", false},
		{"changed there", "old", "old", "new", "new", false},
		{"both changed it to the same", "old", "same", "same", "same", false},
		{"each changed it to something else", "old", "own", "new", "own", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, conflicts := Record(Shape{}, rec(c.base), rec(c.ours), rec(c.theirs))
			if diff := cmp.Diff(rec(c.want), got); diff != "" {
				t.Error(diff)
			}
			if (len(conflicts) > 0) != c.conflict {
				t.Errorf("conflicts: %v", conflicts)
			}
			for _, x := range conflicts {
				if c.base != "" && (c.ours == "" || c.theirs == "") && !cmp.Equal(x.Path, whole) {
					t.Errorf("a whole record is meant, not %q", x.Field())
				}
			}
		})
	}
}

var fees = Shape{"methods": "channel", "methods.*.fees": "type", "methods.*.fees.*": Whole, "methods.*.term": Whole, "legal_basis": ".", "parts": "code|name"}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		name, base, ours, theirs, want string
		conflicts                      []string
	}{
		{"each side changes another channel", `{"methods":[{"channel":"direct","term":1},{"channel":"online","term":1}]}`,
			`{"methods":[{"channel":"direct","term":2},{"channel":"online","term":1}]}`, `{"methods":[{"channel":"direct","term":1},{"channel":"online","term":3}]}`,
			`{"methods":[{"channel":"direct","term":2},{"channel":"online","term":3}]}`, nil},
		{"each side adds a channel", `{"methods":[{"channel":"direct"}]}`, `{"methods":[{"channel":"direct"},{"channel":"postal"}]}`, `{"methods":[{"channel":"online"},{"channel":"direct"}]}`,
			`{"methods":[{"channel":"online"},{"channel":"direct"},{"channel":"postal"}]}`, nil},
		{"a number and its unit stay together", `{"methods":[{"channel":"direct","term":{"kind":"days","n":3}}]}`,
			`{"methods":[{"channel":"direct","term":{"kind":"hours","n":3}}]}`, `{"methods":[{"channel":"direct","term":{"kind":"days","n":5}}]}`,
			`{"methods":[{"channel":"direct","term":{"kind":"hours","n":3}}]}`, []string{"methods.direct.term"}},
		{"a fee that one raised and the other took away", `{"methods":[{"channel":"direct","fees":[{"type":"fee","n":3}]}]}`,
			`{"methods":[{"channel":"direct","fees":[{"type":"fee","n":4}]}]}`, `{"methods":[{"channel":"direct","fees":[]}]}`,
			`{"methods":[{"channel":"direct","fees":[{"type":"fee","n":4}]}]}`, []string{"methods.direct.fees.fee"}},
		{"plain values are added and taken away by both", `{"legal_basis":["a","b"]}`, `{"legal_basis":["a","b","c"]}`, `{"legal_basis":["b","d"]}`,
			`{"legal_basis":["b","d","c"]}`, nil},
		{"two elements of one name make the list one value", `{"parts":[{"name":"x"},{"name":"x"}]}`, `{"parts":[{"name":"x"}]}`, `{"parts":[]}`,
			`{"parts":[{"name":"x"}]}`, []string{"parts"}},
		{"both turned the order, each in its own way", `{"legal_basis":["a","b","c"]}`, `{"legal_basis":["b","a","c"]}`, `{"legal_basis":["a","c","b"]}`,
			`{"legal_basis":["b","a","c"]}`, []string{"legal_basis"}},
		{"a list that is not merged by elements", `{"other":[1]}`, `{"other":[1,2]}`, `{"other":[3]}`, `{"other":[1,2]}`, []string{"other"}},
		{"null and absent are one", `{"a":null}`, `{}`, `{"a":1}`, `{"a":1}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, conflicts := Record(fees, decoded(t, c.base), decoded(t, c.ours), decoded(t, c.theirs))
			if diff := cmp.Diff(decoded(t, c.want), got); diff != "" {
				t.Error(diff)
			}
			var said []string
			for _, x := range conflicts {
				said = append(said, x.Field())
				if !Equal(At(fees, got, x.Path), x.Ours) {
					t.Errorf("%s does not hold the province's value", x.Field())
				}
				put, ok := Put(fees, got, x.Path, x.Theirs)
				if !ok || !Equal(At(fees, put, x.Path), x.Theirs) {
					t.Errorf("%s does not take the new value", x.Field())
				}
			}
			if diff := cmp.Diff(c.conflicts, said); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func decoded(t *testing.T, raw string) any {
	t.Helper()
	v, err := Decode([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
