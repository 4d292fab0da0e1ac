package web_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/override"
	"egovctl/platform/web"
)

// province keeps files in a folder of its own.
func province(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// found opens the overrides and gives "key file" of each finding.
func found(t *testing.T, dir string) (*web.Overrides, []string) {
	t.Helper()
	o, err := web.OpenOverrides(shipped(t), override.Folders{Own: dir, Kept: filepath.Join(dir, "kept")})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, f := range o.Findings {
		if !texts(t).Has(locale.Vietnamese, f.Key) || !texts(t).Has(locale.English, f.Key+".cure") {
			t.Errorf("there is no sentence for %s", f.Key)
		}
		all = append(all, f.Key+" "+f.Args["file"])
	}
	return o, all
}

const (
	webTexts = "text/vi/web.yaml"
	page     = "portals/site/error.html"
)

func TestAnOverrideKnowsWhichShippedFileItCameFrom(t *testing.T) {
	dir := province(t, map[string]string{webTexts: "web.home: Trang đầu\n", page: "x", "portals/site/ghi-chu.txt": "x"})
	o, all := found(t, dir)
	if len(all) > 0 || o.Texts.T(locale.Vietnamese, "web.home") != "Trang đầu" {
		t.Fatalf("%v %q", all, o.Texts.T(locale.Vietnamese, "web.home"))
	}
	for _, file := range []string{webTexts, page} {
		sum := sha256.Sum256(shipped(t)[file].Data)
		if kept, err := os.ReadFile(filepath.Join(dir, file+".from")); err != nil || string(kept) != hex.EncodeToString(sum[:])+"\n" {
			t.Errorf("beside %s stands %q, %v", file, kept, err)
		}
	}
	if _, all := found(t, dir); len(all) > 0 {
		t.Errorf("the second time: %v", all)
	}
	// A release whose shipped page is another one: the province's stays, and it is told until somebody has looked.
	if err := os.WriteFile(filepath.Join(dir, page+".from"), []byte("0000\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{"web.override.moved " + page}
	for range 2 {
		if _, all := found(t, dir); !cmp.Equal(all, want) {
			t.Errorf("after the release: %v", all)
		}
	}
	if err := os.Remove(filepath.Join(dir, page+".from")); err != nil {
		t.Fatal(err)
	}
	if _, all := found(t, dir); len(all) > 0 {
		t.Errorf("after somebody has looked: %v", all)
	}
}

func TestFindingsAboutTheProvincesFiles(t *testing.T) {
	dir := province(t, map[string]string{webTexts: "web.none: x\n", "portals/site/eror.html": "x"})
	o, all := found(t, dir)
	if want := []string{"web.override.refused " + webTexts, "web.override.stray portals/site/eror.html"}; !cmp.Equal(all, want) {
		t.Errorf("%v, want %v", all, want)
	}
	if o.Texts.T(locale.Vietnamese, "web.home") != "Trang chủ" {
		t.Errorf("the shipped sentence is %q", o.Texts.T(locale.Vietnamese, "web.home"))
	}
	p, err := web.NewPages(web.PagesConfig{Shipped: shipped(t), Local: o.Files, Texts: o.Texts, Known: o.Findings})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Findings(); len(got) != 2 {
		t.Errorf("the pages tell %v", got)
	}
	if _, all := found(t, filepath.Join(dir, "none")); len(all) > 0 {
		t.Errorf("without a folder: %v", all)
	}
	unwritable := province(t, map[string]string{page + ".from/x": "", page: "x"})
	if _, all := found(t, unwritable); !cmp.Equal(all, []string{"web.override.unmarked " + page}) {
		t.Errorf("what stands in the way of the hash: %v", all)
	}
}

// A release brings another page: what the province changed stands in it. When the two do not go together, the province's
// own is shown; when that fails as well, the shipped one.
func TestTheProvincesPageIsMergedWithTheReleases(t *testing.T) {
	const file = "portals/test/one.html"
	const base = "{{define \"title\"}}T{{end}}{{define \"main\"}}{{$n := .Name}}\n<h1>first {{$n}}</h1>\n<p>x</p>\n<p>last</p>\n{{end}}\n"
	changed := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(base) }
	withoutVariable := []string{"{{$n := .Name}}", "", "first {{$n}}", "release {{.Name}}"}
	for _, c := range []struct {
		name, own, now, want string
		findings             []string
	}{
		{"each changed other lines", changed("first", "own"), changed("last", "release"), "<h1>own An</h1>\n<p>x</p>\n<p>release</p>", nil},
		{"both changed a line", changed("last", "own"), changed("last", "release"), "<p>own</p>", []string{"web.override.conflict " + file}},
		{"together they do not parse", changed("last", "own {{$n}}"), changed(withoutVariable...), "<h1>first An</h1>\n<p>x</p>\n<p>own An</p>", []string{"web.override.refused " + file}},
		{"neither shows", changed("last", "{{.None}}"), changed("first", "release"), "<h1>release An</h1>\n<p>x</p>\n<p>last</p>", []string{"web.override.refused " + file, "web.override.refused " + file}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := province(t, map[string]string{file: c.own, file + ".from": override.Hash([]byte(base)), "../kept/" + override.Hash([]byte(base)): base})
			files := shipped(t)
			files[file] = &fstest.MapFile{Data: []byte(c.now)}
			o, err := web.OpenOverrides(files, override.Folders{Own: dir, Kept: filepath.Join(filepath.Dir(dir), "kept")})
			if err != nil {
				t.Fatal(err)
			}
			p, err := web.NewPages(web.PagesConfig{Shipped: files, Local: o.Files, Texts: o.Texts, Known: o.Findings})
			if err == nil {
				err = p.Declare("test/one", named{"An"})
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := show(t, p, locale.Vietnamese, "test/one", named{"An"}); !strings.Contains(got, c.want) {
				t.Errorf("it shows %s", got)
			}
			var told []string
			for _, f := range p.Findings() {
				told = append(told, f.Key+" "+f.Args["file"])
			}
			if !cmp.Equal(told, c.findings) {
				t.Errorf("findings %v, want %v", told, c.findings)
			}
		})
	}
}
