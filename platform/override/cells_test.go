package override

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/threeway"
)

// content is "" for an absent file.
func content(text string) []byte {
	if text == "" {
		return nil
	}
	return []byte(text)
}

// Every cell of (shipped before, of the province, shipped now) x (absent, present), and within those with all three every
// way of being equal. want is what is served; "shipped" when that is the release's own file.
func TestEveryCellOfAFile(t *testing.T) {
	const absent, shipped = "", "shipped"
	for _, c := range []struct {
		name           string
		base, own, now string
		want           string
		conflict       bool
	}{
		{"nothing anywhere", absent, absent, absent, shipped, false},
		{"shipped now for the first time", absent, absent, "new\n", shipped, false},
		{"the province's own idea", absent, "own\n", absent, "own\n", false},
		{"both made the same", absent, "same\n", "same\n", "same\n", false},
		{"both made something", absent, "own\n", "new\n", "own\n", true},
		{"shipped no more, and the province has none", "old\n", absent, absent, shipped, false},
		{"taken away by the province, left alone by the release: stays away", "old\n", absent, "old\n", shipped, false},
		{"taken away by the province, changed by the release: stays away", "old\n", absent, "new\n", shipped, false},
		{"shipped no more, and only copied here", "old\n", "old\n", absent, shipped, false},
		{"shipped no more, and edited here", "old\n", "own\n", absent, shipped, true},
		{"nobody changed it", "old\n", "old\n", "old\n", "old\n", false},
		{"edited here", "old\n", "own\n", "old\n", "own\n", false},
		{"only copied here, changed there", "old\n", "old\n", "new\n", "new\n", false},
		{"both changed it to the same", "old\n", "same\n", "same\n", "same\n", false},
		{"both changed the same lines", "old\n", "own\n", "new\n", "own\n", true},
		{"each changed other lines", "a\nb\nc\n", "own\nb\nc\n", "a\nb\nnew\n", "own\nb\nnew\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := File{Path: "portals/site/about.html", Base: content(c.base), Own: content(c.own), New: content(c.now)}
			m := f.Merge()
			got := string(m.Content)
			if m.Content == nil {
				got = shipped
			}
			if got != c.want || (len(m.Conflicts) > 0) != c.conflict {
				t.Errorf("served %q with %+v", got, m.Conflicts)
			}
			for _, x := range m.Conflicts {
				if x.Ours == nil {
					t.Errorf("the province's value is not told: %+v", x)
				}
			}
		})
	}
}

func TestEveryCellOfASentence(t *testing.T) {
	for _, c := range []struct {
		name           string
		base, own, now string
		want           string // served; "" when the shipped sentence is
		conflict       bool
	}{
		{"left out by the province", "Chào", "", "Xin chào", "", false},
		{"only copied", "Chào", "Chào", "Xin chào", "Xin chào", false},
		{"edited here", "Chào", "Kính chào", "Chào", "Kính chào", false},
		{"both edited it", "Chào", "Kính chào", "Xin chào", "Kính chào", true},
		{"both edited it to the same", "Chào", "Xin chào", "Xin chào", "Xin chào", false},
		{"edited here, shipped no more", "Chào", "Kính chào", "", "", true},
		{"copied here, shipped no more", "Chào", "Chào", "", "", false},
		{"edited here, and given another blank now: cannot be said any more", "Chào {a}", "Kính chào {a}", "Chào {a} {b}", "", true},
		{"made here, shipped now", "", "Kính chào", "Chào", "Kính chào", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			line := func(s string) []byte {
				if s != "" {
					return []byte("other: o\na.hello: " + s + "\n")
				}
				return []byte("other: o\n")
			}
			f := File{Path: "text/vi/a.yaml", Base: line(c.base), Own: line(c.own), New: append(line(c.now), "added: x\n"...)}
			m := f.Merge()
			want := map[string]string{"other": "o"}
			if c.want != "" {
				want["a.hello"] = c.want
			}
			if diff := cmp.Diff(flat(want), m.Content); diff != "" {
				t.Error(diff)
			}
			var told []threeway.Conflict
			if c.conflict {
				told = []threeway.Conflict{{Path: []string{"a.hello"}, Base: text(c.base), Ours: c.own, Theirs: text(c.now)}}
			}
			if diff := cmp.Diff(told, m.Conflicts); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsNoTextIsOneValue(t *testing.T) {
	for _, c := range []struct {
		name           string
		base, own, now []byte
		want           []byte
		conflict       bool
	}{
		{"changed there", []byte{0, 1}, []byte{0, 1}, []byte{0, 2}, nil, false},
		{"changed here", []byte{0, 1}, []byte{0, 2}, []byte{0, 1}, []byte{0, 2}, false},
		{"changed on both sides", []byte{0, 1}, []byte{0, 2}, []byte{0, 3}, []byte{0, 2}, true},
		{"too large for lines", []byte("a\n"), make([]byte, longestMerged+1), []byte("b\n"), make([]byte, longestMerged+1), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := File{Path: "portals/assets/img/mark.png", Base: c.base, Own: c.own, New: c.now}.Merge()
			if diff := cmp.Diff(c.want, m.Content); diff != "" || (len(m.Conflicts) > 0) != c.conflict {
				t.Errorf("%v, conflicts %v", diff, m.Conflicts)
			}
			for _, x := range m.Conflicts {
				if s, _ := x.Ours.(string); len(s) != len("sha256:")+64 {
					t.Errorf("%q is told", s)
				}
			}
		})
	}
}
