//go:build drill

package iso

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// From the disc, without a route, on a minimal Debian without PostgreSQL: installed and healthy. It takes the programs as
// make build left them in bin, and needs root.
func TestHostDrillTheDiscInstallsWithoutARoute(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("this drill makes a root of Debian: run it as root")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	postgres := filepath.Join(work, "postgres")
	run(t, nil, "../postgres/build", postgres)
	version, err := exec.Command(filepath.Join(root, "bin/egovctl"), "version", "-o", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	number := field(string(version), "version")
	keys := []string{"DIST=" + work, "XDG_CONFIG_HOME=" + filepath.Join(work, "config")}
	run(t, keys, "./build", number, postgres)
	letter := read(t, filepath.Join(work, "egovctl-"+number+".letter.txt"))
	_, after, _ := strings.Cut(letter, "fingerprint of the root\n")
	run(t, nil, "./trial", filepath.Join(work, "egovctl-"+number+".iso"), strings.Join(strings.Fields(after)[:16], ""))
}

func run(t *testing.T, env []string, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	t.Logf("%s: %s", name, out[max(0, len(out)-200):])
}

// field is a text of a JSON document of one level.
func field(document, name string) string {
	_, after, _ := strings.Cut(document, `"`+name+`"`)
	parts := strings.SplitN(after, `"`, 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[1]
}
