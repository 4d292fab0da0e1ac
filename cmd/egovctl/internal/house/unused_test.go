package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

var (
	quoted = regexp.MustCompile(`["\x60]([A-Za-z0-9_.]+)["\x60]`)
	bare   = regexp.MustCompile(`[a-z0-9_]+(?:\.[a-z0-9_]+)+`)
	family = regexp.MustCompile(`"of" "([a-z0-9_.]+)"`) // in a page: what the keys of a choice begin with
)

// words are the literals of the program and of what it carries from which keys are made.
type words struct {
	all      map[string]bool
	prefixes []string // end with a dot: "step." + name
	infixes  []string // begin with a dot: service + ".health." + state, key + ".about"
}

// makes reports whether a key is written out, or joined at dots from literals. A cure goes with its message.
func (w words) makes(key string) bool {
	message, cure := strings.CutSuffix(key, ".cure")
	if w.all[key] || cure && w.makes(message) {
		return true
	}
	for _, p := range w.prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	for _, x := range w.infixes {
		if before, after, found := strings.Cut(key, x); found && w.all[before] && (after == "" || w.all[after]) {
			return true
		}
	}
	return false
}

// Every sentence is said somewhere: what nobody asks for is neither read nor translated.
func TestEveryMessageIsUsed(t *testing.T) {
	w := literals(t)
	c, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	if w.makes("web.nobody.says.this") || !w.makes("web.portal.name") {
		t.Fatalf("%d literals: this test looked in the wrong place", len(w.all))
	}
	for _, key := range c.Keys(locale.Vietnamese) {
		if !w.makes(key) {
			t.Errorf("%s is said nowhere: delete it in every language", key)
		}
	}
}

// literals reads the program without its tests, and everything under templates but the sentences themselves.
func literals(t *testing.T) words {
	t.Helper()
	w := words{all: map[string]bool{}}
	add := func(s string) {
		if s == "." || w.all[s] {
			return
		}
		w.all[s] = true
		if strings.HasPrefix(s, ".") {
			w.infixes = append(w.infixes, s)
		} else if strings.HasSuffix(s, ".") {
			w.prefixes = append(w.prefixes, s)
		}
	}
	for _, folder := range []string{"cmd", "platform", "provisioning", "templates"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (d.Name() == "testdata" || d.Name() == "text" || d.Name() == "dist" || d.Name() == "node_modules"):
				return filepath.SkipDir
			case d.IsDir() || strings.HasSuffix(p, "_test.go") || strings.HasSuffix(p, ".md") || folder != "templates" && !strings.HasSuffix(p, ".go"):
				return nil
			}
			raw, err := os.ReadFile(p)
			for _, m := range quoted.FindAllSubmatch(raw, -1) {
				add(string(m[1]))
			}
			if folder == "templates" {
				for _, m := range family.FindAllSubmatch(raw, -1) {
					add(string(m[1]) + ".")
				}
				for _, s := range bare.FindAllString(string(raw), -1) {
					add(s)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}
