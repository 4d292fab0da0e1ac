package platform_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

// messages looks for sentences that are missing: of routes, of health, of every fault that the platform's code names,
// and of every key that a template names.
func messages(t *testing.T, w *inspect.World) {
	var results []health.Result
	for _, m := range w.Offices.Modules() {
		if m.Health == nil {
			t.Errorf("%s is missing from health", m.Name)
			continue
		}
		results = append(results, m.Health(context.Background())...)
	}
	found := w.Told(results)
	for _, r := range results {
		if r.Status == health.Fail {
			found = append(found, r.Code+" fails on a whole instance: "+r.Key)
		}
	}
	keys := map[string]string{}
	gather(t, os.DirFS("."), ".go", regexp.MustCompile(`fault\.(?:New|Wrap)\([^"\n]*fault\.[A-Z][A-Za-z]+, "([a-z_]+(?:\.[a-z_]+)*)"`), keys)
	gather(t, templates.FS, ".html", regexp.MustCompile(`[({]\s*-?\s*t "([a-z_]+(?:\.[a-z_]+)+)"`), keys)
	for key, where := range keys {
		for _, l := range []locale.Lang{locale.Vietnamese, locale.English} {
			if !w.Texts.Has(l, key) {
				found = append(found, where+": the message "+key+" is missing in "+string(l))
			}
		}
	}
	t.Logf("%d keys, %d results of health", len(keys), len(results))
	if len(keys) < 200 {
		t.Errorf("only %d keys found: this test looks in the wrong place", len(keys))
	}
	report(t, w, found)
}

func gather(t *testing.T, fsys fs.FS, ext string, shape *regexp.Regexp, into map[string]string) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ext || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(fsys, name)
		for _, m := range shape.FindAllStringSubmatch(string(text), -1) {
			into[m[1]] = name
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
