package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// BrokenTwin is a patch that breaks a promise of the product, and the test that must notice.
type BrokenTwin struct {
	Name    string // of the patch, without .patch
	Promise string
	Package string // folder below the module's
	Test    string // as -run takes it, with its subtest behind a slash
	Long    bool   // for the long drill only
}

// longHeading stands above the twins of the long drill.
const longHeading = "\n## In the long drill\n"

// twinRow is a line of the table in the README of the twins.
var twinRow = regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (.+) \\| `([a-z/]+)` \\| `(Test[^`]+)` \\|$")

// Twins reads the tables of the folder that holds the patches.
func Twins(t testing.TB, dir string) []BrokenTwin {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []BrokenTwin
	every, long, ok := strings.Cut(string(text), longHeading)
	if !ok {
		t.Fatalf("%s has no heading for the long drill", dir)
	}
	for i, table := range []string{every, long} {
		for _, m := range twinRow.FindAllStringSubmatch(table, -1) {
			out = append(out, BrokenTwin{Name: m[1], Promise: m[2], Package: m[3], Test: m[4], Long: i == 1})
		}
	}
	return out
}

// Check fails the test when the twin's test is not there any more.
func (b BrokenTwin) Check(t testing.TB) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleRoot(t), b.Package, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	name, sub, _ := strings.Cut(b.Test, "/")
	var source strings.Builder
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(raw)
	}
	if !strings.Contains(source.String(), "\nfunc "+name+"(t *testing.T)") {
		t.Errorf("%s has no test %s", b.Package, name)
	}
	words := strings.ReplaceAll(sub, "_", " ")
	if folder := filepath.Join(moduleRoot(t), b.Package, sub); !strings.Contains(source.String(), `"`+words+`"`) && sub != "" && !exists(folder) {
		t.Errorf("%s has no subtest %q", name, words)
	}
}

// Noticed runs the twin's test over the tree with the patch laid over it, and fails unless that test fails for it. What
// the test itself builds, such as the product, is built with the patch too.
func (b BrokenTwin) Noticed(t testing.TB, patch string) {
	t.Helper()
	args := []string{"test", "-count=1", "-timeout=30m", "-run=" + pattern(b.Test)}
	if strings.HasPrefix(b.Test, "TestDrill") || strings.HasPrefix(b.Test, "TestHostDrill") {
		args = append(args, "-tags=drill")
	}
	c := exec.Command("go", append(args, Module+"/"+b.Package)...)
	// What it counts is no count of the drill, and the ledger and the budget are not its own.
	c.Env = append(os.Environ(), "EGOVCTL=", "DRILL_COUNTS=", "DRILL_LEDGER=", "DRILL_BUDGET=", strings.TrimSpace("GOFLAGS="+os.Getenv("GOFLAGS")+" -overlay="+Overlay(t, patch)))
	out, err := c.CombinedOutput()
	name, _, _ := strings.Cut(b.Test, "/")
	failed := strings.Contains(string(out), "--- FAIL: "+name+" ") && !strings.Contains(string(out), "build egovctl:")
	switch {
	case err == nil:
		t.Errorf("%s: %s passes all the same: %s", b.Name, b.Test, b.Promise)
	case !failed:
		t.Errorf("%s: %s did not fail by itself:\n%s", b.Name, b.Test, tail(string(out)))
	default:
		t.Logf("noticed:\n%s", complaint(string(out)))
	}
}

// pattern anchors each part of a test's name.
func pattern(test string) string {
	var parts []string
	for part := range strings.SplitSeq(test, "/") {
		parts = append(parts, "^"+regexp.QuoteMeta(part)+"$")
	}
	return strings.Join(parts, "/")
}

var said = regexp.MustCompile(`(?m)^\s+\w+\.go:\d+: .*`)

// complaint is the first of what a failed test said.
func complaint(out string) string {
	const most = 12
	return strings.Join(said.FindAllString(out, most), "\n")
}

var touched = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)

// Overlay applies a patch to copies of the files that it touches and returns a build overlay (go build -overlay) with
// them. The tree itself is not touched. A patch that does not apply any more fails the test.
func Overlay(t testing.TB, patch string) string {
	t.Helper()
	dir := t.TempDir()
	replace, err := patched(moduleRoot(t), dir, patch)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := writeOverlay(dir, replace)
	if err != nil {
		t.Fatal(err)
	}
	return overlay
}

// patched applies a patch to copies in dir of the files of tree that it touches; the map leads from each file to its copy.
func patched(tree, dir, patch string) (map[string]string, error) {
	text, err := os.ReadFile(patch)
	if err != nil {
		return nil, err
	}
	replace := map[string]string{}
	for _, m := range touched.FindAllStringSubmatch(string(text), -1) {
		from, to := filepath.Join(tree, m[1]), filepath.Join(dir, m[1])
		raw, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(to, raw, 0o600); err != nil {
			return nil, err
		}
		replace[from] = to
	}
	whole, err := filepath.Abs(patch)
	if err != nil {
		return nil, err
	}
	c := exec.Command("git", "apply", "--unidiff-zero", whole)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_DIR=/nonexistent")
	if out, err := c.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s does not apply any more: %w\n%s", filepath.Base(patch), err, out)
	}
	return replace, nil
}

// writeOverlay writes the file that go build -overlay takes.
func writeOverlay(dir string, replace map[string]string) (string, error) {
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, raw, 0o600)
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	root, err := findModule()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

var findModule = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
})
