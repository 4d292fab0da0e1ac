package house_test

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/dependencies.txt anew")

// The modules that are linked into the program are a list that a person sees change: a new one is a decision.
func TestDependenciesAreTheListedOnes(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "egovctl/cmd/egovctl").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var have []string
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		if line != "" && !seen[line] {
			seen[line] = true
			have = append(have, line)
		}
	}
	slices.Sort(have)
	const golden = "testdata/dependencies.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(strings.Join(have, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(strings.TrimSpace(string(raw)), "\n"), have); d != "" {
		t.Errorf("the dependencies are not those of %s (-listed +linked):\n%s", golden, d)
	}
}
