package locale

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"

	"egovctl/templates"
)

// byYAML and byLines are what a catalogue keeps of a file.
func byYAML(raw string) (map[string]string, error) {
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(raw), &tree); err != nil {
		return nil, err
	}
	c := &Catalog{messages: map[Lang]map[string]string{Vietnamese: {}}}
	return c.messages[Vietnamese], c.add(Vietnamese, "", "", tree)
}

func byLines(raw string) (kept map[string]string, ok bool) {
	messages, ok := lines(raw)
	kept = map[string]string{}
	for _, m := range messages {
		if _, twice := kept[m.key]; twice {
			return nil, false // an error to both
		}
		kept[m.key] = strings.TrimSpace(m.text)
	}
	return kept, ok
}

func TestShippedMessagesAreReadByLinesAsByYAML(t *testing.T) {
	files, err := fs.Glob(templates.FS, "text/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, f := range files {
		raw, err := fs.ReadFile(templates.FS, f)
		if err != nil {
			t.Fatal(err)
		}
		want, err := byYAML(string(raw))
		if err != nil {
			t.Fatal(err)
		}
		got, ok := byLines(string(raw))
		if !ok {
			t.Errorf("%s is left to the parser: every command starts later for it", f)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", f, d)
		}
	}
}

// Whatever is accepted, a YAML parser reads alike.
func TestWhatIsReadByLinesMeansTheSameToYAML(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "A", "Đ", "no", "N", "(", "«", "true", "1", " ", "  ", ": ", ":", "#", " #", `"`, `'`, `\`, `\n`, `\"`, "{x}", "|",
		"-", "- ", "~", "\n", "\n  ", "\n   ", "\nk: ", "\nk.x: |\n  ", "&", "*", "!", "%", "@", "`", "[", "]", ",", "?", "\t", "\r"})
	rapid.Check(t, func(t *rapid.T) {
		raw := "key: " + strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		got, ok := byLines(raw)
		if !ok {
			return
		}
		want, err := byYAML(raw)
		if err != nil {
			t.Fatalf("%q was read as %v, and YAML says %v", raw, got, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("%q: %s", raw, d)
		}
	})
}

func TestAMessageGivenTwiceIsRefused(t *testing.T) {
	for _, raw := range []string{"a: b\na: c\n", "a: b\n'a': c\n"} {
		c := &Catalog{messages: map[Lang]map[string]string{Vietnamese: {}}}
		if c.read(Vietnamese, "x.yaml", []byte(raw)) == nil {
			t.Errorf("%q was accepted", raw)
		}
	}
}
