package trial

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var touched = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)`)

// Overlay applies a patch to copies of the files that it touches and returns a build overlay (go build -overlay) with
// them. The tree itself is not touched. A patch that does not apply any more fails the test.
func Overlay(t testing.TB, patch string) string {
	t.Helper()
	dir, tree := t.TempDir(), moduleRoot(t)
	text, err := os.ReadFile(patch)
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for _, m := range touched.FindAllStringSubmatch(string(text), -1) {
		from, to := filepath.Join(tree, m[1]), filepath.Join(dir, m[1])
		raw, err := os.ReadFile(from)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o700)
		}
		if err == nil {
			err = os.WriteFile(to, raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		replace[from] = to
	}
	whole, err := filepath.Abs(patch)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command("git", "apply", "--unidiff-zero", whole)
	c.Dir = dir
	c.Env = append(os.Environ(), "GIT_DIR=/nonexistent")
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s does not apply any more: %v\n%s", filepath.Base(patch), err, out)
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

// Twin builds the product with a patch that breaks a promise.
func Twin(t testing.TB, patch string) string {
	t.Helper()
	path, err := build(t.TempDir(), "-overlay", Overlay(t, patch))
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(patch), err)
	}
	return path
}

func moduleRoot(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(fmt.Errorf("find the module: %w", err))
	}
	return strings.TrimSpace(string(out))
}
