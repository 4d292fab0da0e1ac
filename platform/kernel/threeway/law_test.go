package threeway

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var lawShape = Shape{"l": "k", "l.*.t": Whole, "s": "."}

func drawRecord(t *rapid.T, label string) any {
	if rapid.IntRange(0, 9).Draw(t, label+" absent") == 0 {
		return nil
	}
	r := map[string]any{}
	value := rapid.SampledFrom([]any{"p", "q", "r", nil})
	for _, name := range []string{"a", "b"} {
		if v := value.Draw(t, label+name); v != nil {
			r[name] = v
		}
	}
	list := []any{}
	for _, k := range rapid.Permutation([]string{"x", "y", "z"}).Draw(t, label+" order") {
		if v := value.Draw(t, label+k); v != nil {
			list = append(list, map[string]any{"k": k, "v": v, "t": map[string]any{"n": value.Draw(t, label+"n"), "u": value.Draw(t, label+"u")}})
		}
	}
	r["l"] = list
	words := []any{}
	for _, w := range rapid.Permutation([]string{"m", "n", "o"}).Draw(t, label+" words") {
		if rapid.Bool().Draw(t, label+w) {
			words = append(words, w)
		}
	}
	r["s"] = words
	return r
}

func fields(conflicts []Conflict) []string {
	var out []string
	for _, c := range conflicts {
		out = append(out, c.Field())
	}
	slices.Sort(out)
	return out
}

func TestRecordLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := drawRecord(t, "base "), drawRecord(t, "ours "), drawRecord(t, "theirs ")
		got, conflicts := Record(lawShape, base, ours, theirs)
		if again, more := Record(lawShape, theirs, got, theirs); !Equal(again, got) || len(more) > 0 {
			t.Fatalf("merging again gives %v and %v, not %v", again, more, got)
		}
		if same, more := Record(lawShape, base, ours, ours); !Equal(same, ours) || len(more) > 0 {
			t.Fatalf("equal edits give %v and %v", same, more)
		}
		if one, more := Record(lawShape, base, base, theirs); !Equal(one, theirs) || len(more) > 0 {
			t.Fatalf("theirs alone gives %v and %v", one, more)
		}
		if one, more := Record(lawShape, base, ours, base); !Equal(one, ours) || len(more) > 0 {
			t.Fatalf("ours alone gives %v and %v", one, more)
		}
		if _, swapped := Record(lawShape, base, theirs, ours); !slices.Equal(fields(swapped), fields(conflicts)) {
			t.Fatalf("conflicts %v, from the other side %v", fields(conflicts), fields(swapped))
		}
		nothingVanishes(t, base, ours, got, conflicts)
		nothingVanishes(t, base, theirs, got, conflicts)
		for _, c := range conflicts {
			if !Equal(At(lawShape, got, c.Path), c.Ours) {
				t.Fatalf("%s holds %v, not the province's %v", c.Field(), At(lawShape, got, c.Path), c.Ours)
			}
		}
	})
}

// nothingVanishes wants every change that a side made to be in the result, or inside a conflict that is told.
func nothingVanishes(t *rapid.T, base, side, got any, conflicts []Conflict) {
	if base == nil && side != nil { // what it brought is asked for part by part: the other side may have brought more
		base = map[string]any{"l": []any{}, "s": []any{}}
	}
	for _, d := range Differences(lawShape, base, side) {
		told := slices.ContainsFunc(conflicts, func(c Conflict) bool {
			n := min(len(c.Path), len(d.Path))
			return slices.Equal(c.Path[:n], d.Path[:n])
		})
		if !told && !Equal(At(lawShape, got, d.Path), d.Ours) && !reordered(d) {
			t.Fatalf("%s: %s became %v here, and the result says %v (conflicts %v)", d.Field(), fmt.Sprint(d.Base), d.Ours, At(lawShape, got, d.Path), fields(conflicts))
		}
	}
}

// reordered reports whether a side gave a list only another order: the other side's additions may stand in between.
func reordered(d Conflict) bool {
	list, ok := d.Ours.([]any)
	was, wasList := d.Base.([]any)
	return ok && wasList && len(list) == len(was) && len(d.Path) == 1
}
