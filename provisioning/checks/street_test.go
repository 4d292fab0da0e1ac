package checks_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/templates"
)

// listed are all the checks, each once.
func listed() map[string]check.Check {
	all := map[string]check.Check{}
	for _, c := range append(checks.Preflight(), checks.Health()...) {
		all[c.Code] = c
	}
	return all
}

var code = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

func TestEveryCheckIsListedOnceAndDescribed(t *testing.T) {
	for name, list := range map[string][]check.Check{"preflight": checks.Preflight(), "health": checks.Health()} {
		seen := map[string]bool{}
		for _, c := range list {
			if seen[c.Code] || !code.MatchString(c.Code) {
				t.Errorf("%s: the code %q is not its own, or not of the form service.symptom", name, c.Code)
			}
			for _, cause := range c.After {
				if !seen[cause] {
					t.Errorf("%s: %s comes after %s, which is not before it", name, c.Code, cause)
				}
			}
			if c.Service == "" || !strings.Contains(" critical error warning ", " "+c.Severity+" ") {
				t.Errorf("%s: %s has service %q and severity %q", name, c.Code, c.Service, c.Severity)
			}
			seen[c.Code] = true
		}
	}
	folders := 0
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "check" {
			folders++
		}
	}
	if n := len(listed()); n != folders {
		t.Errorf("there are %d folders of checks and %d checks listed", folders, n)
	}
}

// What a check can say is read out of its source: each call of Wrong, Doubtful and so on names its key.
func TestWhateverACheckCanSayHasItsSentenceAndCure(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for key, kind := range keys(t, file) {
			said++
			for _, lang := range []locale.Lang{locale.Vietnamese, locale.English} {
				if !texts.Has(lang, key) {
					t.Errorf("%s says %s, which has no sentence (%s)", file, key, lang)
				}
				if (kind == "Wrong" || kind == "Doubtful") && !texts.Has(lang, key+".cure") {
					t.Errorf("%s says %s, which has no cure (%s)", file, key, lang)
				}
			}
		}
	}
	if said < 30 {
		t.Errorf("only %d sentences found: this test looked in the wrong place", said)
	}
}

// keys finds the message keys that a file of a check names, with the kind of finding.
func keys(t *testing.T, file string) map[string]string {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name := ""
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = f.Sel.Name
		case *ast.Ident:
			name = f.Name
		}
		lit, ok := call.Args[0].(*ast.BasicLit)
		if ok && strings.Contains(" Fine Wrong Doubtful ", " "+name+" ") {
			key, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[key] = name
		}
		return true
	})
	return found
}

func TestAWholeInstancePassesAndIsLeftAsItWas(t *testing.T) {
	site := installed(t)
	look := check.Look{Site: site, Host: host.ReadOnly(host.NewLocal())}
	before := picture(t, string(site.Root))
	for _, r := range check.All(t.Context(), look, append(checks.Health(), checks.Preflight()...)) {
		if r.Status == health.Fail && r.Code != "platform.ready" { // nothing serves in this test
			t.Errorf("%s: %s %v", r.Code, r.Key, r.Args)
		}
		if limit := check.Limit.Milliseconds(); r.MS > limit {
			t.Errorf("%s took %d of %d ms", r.Code, r.MS, limit)
		}
	}
	if diff := cmp.Diff(before, picture(t, string(site.Root))); diff != "" {
		t.Errorf("the checks wrote something (-before +after):\n%s", diff)
	}
}

// picture leaves out what the running PostgreSQL itself writes.
func picture(t *testing.T, root string) map[string]string {
	busy := func(path string) bool {
		return strings.HasSuffix(path, "/data/postgres") || strings.HasSuffix(path, "/log")
	}
	p, err := enginetest.Picture(host.NewLocal(), root, []string{root}, nil, busy)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
