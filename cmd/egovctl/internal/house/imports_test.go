package house_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "egovctl/"

// goPackage is what `go list -json` tells of one.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportLaw(t *testing.T) {
	used := map[string]bool{}
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, to := range ours(p.Imports) {
			judge(t, law, used, from, to, "the program")
		}
		if strings.HasPrefix(from, "cmd/") && knowsBoth(p.Imports) && roomOf(from).path != both {
			t.Errorf("%s knows both the platform and the provisioning: only %s does", from, both)
		}
	}
	stale(t, law, used)
}

// Tests obey the law, and besides may import what is in the second one.
func TestImportLawOfTests(t *testing.T) {
	used := map[string]bool{}
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, to := range ours(append(p.TestImports, p.XTestImports...)) {
			if !allowed(law, nil, from, to) {
				judge(t, testLaw, used, from, to, "tests")
			}
		}
	}
	stale(t, testLaw, used)
}

func judge(t *testing.T, table []arrow, used map[string]bool, from, to, who string) {
	t.Helper()
	if allowed(table, used, from, to) {
		return
	}
	t.Errorf("%s: %s may not import %s", who, from, to)
	for _, a := range table {
		if a.from == roomOf(from).pattern {
			t.Logf("  %s may import %s: %s", a.from, strings.Join(a.to, ", "), a.why)
		}
	}
}

// stale tells allowances that nobody needs, by street and not by house.
func stale(t *testing.T, table []arrow, used map[string]bool) {
	t.Helper()
	for _, a := range table {
		for _, to := range a.to {
			if !used[a.from+" -> "+to] {
				t.Errorf("nobody needs the arrow %s -> %s", a.from, to)
			}
		}
	}
}

func allowed(table []arrow, used map[string]bool, from, to string) bool {
	f, o := roomOf(from), roomOf(to)
	if f == o && f.pattern != "" {
		return true
	}
	for _, a := range table {
		if a.from == f.pattern && slices.Contains(a.to, o.pattern) {
			if used != nil {
				used[a.from+" -> "+o.pattern] = true
			}
			return true
		}
	}
	return false
}

// room of a package: the pattern of the law that it falls under, and its own folder.
type room struct{ pattern, path string }

// roomOf is the longest; the zero room when no law knows the package.
func roomOf(pkg string) (found room) {
	for _, a := range law {
		r := room{pattern: a.from, path: a.from}
		switch street, alone := strings.CutSuffix(a.from, "/."); {
		case alone:
			if r.path = street; pkg != street {
				continue
			}
		case strings.HasSuffix(a.from, "/*"):
			street := strings.TrimSuffix(a.from, "*")
			rest, ok := strings.CutPrefix(pkg, street)
			if !ok {
				continue
			}
			house, _, _ := strings.Cut(rest, "/")
			r.path = street + house
		case pkg != a.from && !strings.HasPrefix(pkg, a.from+"/"):
			continue
		}
		if len(r.path) > len(found.path) || len(r.path) == len(found.path) && !strings.HasSuffix(r.pattern, "*") {
			found = r
		}
	}
	return found
}

// knowsBoth: the platform's words are everyone's.
func knowsBoth(imports []string) bool {
	platform, provisioning := false, false
	for _, to := range ours(imports) {
		platform = platform || strings.HasPrefix(to+"/", "platform/") && roomOf(to).path != "platform/kernel"
		provisioning = provisioning || strings.HasPrefix(to, "provisioning/")
	}
	return platform && provisioning
}

func ours(imports []string) (list []string) {
	for _, i := range imports {
		if to, ok := strings.CutPrefix(i, module); ok {
			list = append(list, to)
		}
	}
	return list
}

// packages lists them all, with every build tag that a file asks for.
func packages(t *testing.T) (list []goPackage) {
	t.Helper()
	out, err := exec.Command("go", "list", "-tags", strings.Join(tags(t), ","), "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 50 {
		t.Fatalf("only %d packages seen: this test looked in the wrong place", len(list))
	}
	return list
}

// tags are those of the build constraints in the tree, which are single words.
func tags(t *testing.T) (list []string) {
	t.Helper()
	out, err := exec.Command("grep", "-rhoE", "--include=*.go", "^//go:build .*", root).Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		word := strings.TrimSpace(strings.TrimPrefix(line, "//go:build "))
		if strings.ContainsAny(word, " !&|(") {
			t.Errorf("the constraint %q hides imports from this law: use one word", word)
		}
		list = append(list, word)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// The law itself must be able to refuse.
func TestImportLawRefuses(t *testing.T) {
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"platform/services/onestop", "platform/services/identity", false},
		{"platform/services/onestop/internal/page", "platform/services/onestop/internal/store", true},
		{"platform/services/onestop", "platform/app", false},
		{"provisioning/steps/schema", "platform/db", true},
		{"provisioning/steps/schema", "provisioning/steps/seed", false},
		{"provisioning/steps/schema", "platform/services/agencies", false},
		{"provisioning/checks/port", "provisioning/checks/check", true},
		{"provisioning/checks/port", "provisioning/checks/space", false},
		{"provisioning/engine", "provisioning/host", false},
		{"platform/kernel/who", "platform/kernel/fault", true},
		{"platform/kernel/who", "platform/db", false},
		{"platform/web", "platform/db", false},
		{"platform/web", "platform/services/sites", false},
		{"platform/db", "platform/db/dbtest", false},
		{"platform/nowhere", "platform/kernel", false},
		{"platform/nowhere", "platform/nowhere/internal", false},
		{"cmd/egovctl/internal/command/stop", "cmd/egovctl/internal/command/start", false},
		{"cmd/egovctl/internal/command/restart", "cmd/egovctl/internal/command/start", true},
		{"cmd/egovctl/internal/command/install", "cmd/egovctl/internal/trial", false},
	} {
		if got := allowed(law, nil, c.from, c.to); got != c.allowed {
			t.Errorf("%s -> %s: allowed %v, want %v", c.from, c.to, got, c.allowed)
		}
	}
	if !knowsBoth([]string{"egovctl/platform/db", "egovctl/provisioning/host"}) || knowsBoth([]string{"egovctl/platform/kernel/fault", "egovctl/provisioning/host"}) {
		t.Error("who knows both is not seen")
	}
}
