package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// told asks pg_config of this host's PostgreSQL where its parts lie.
func told(t *testing.T, bin Binaries, option string) string {
	t.Helper()
	out, err := bin.ask("pg_config", option)
	if err != nil {
		t.Fatalf("pg_config %s: %v", option, err)
	}
	return strings.TrimSpace(string(out))
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return string(out)
}

// packed copies this host's PostgreSQL into a folder as a kit holds it: programs, files and modules as they stand to each
// other, and in lib the libraries that they need, but for the C library, which goes with the kernel.
func packed(t *testing.T, bin Binaries) (root string) {
	t.Helper()
	root, err := os.MkdirTemp("", "egov-kit-") // t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	above := filepath.Dir(bin.Dir) // a build of its own: one prefix with bin, lib and share
	if strings.HasPrefix(bin.Dir, "/usr/lib/postgresql/") {
		above = "/"
	}
	for _, dir := range []string{bin.Dir, told(t, bin, "--sharedir"), told(t, bin, "--pkglibdir")} {
		rel, err := filepath.Rel(above, dir)
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(root, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		run(t, "cp", "-RL", dir, filepath.Dir(to))
	}
	lib := filepath.Join(root, "lib")
	if err := os.MkdirAll(lib, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\s*(\S+) => (/\S+)`).FindAllStringSubmatch(run(t, "ldd", bin.Path("postgres"), bin.Path("initdb")), -1) {
		if !regexp.MustCompile(`^(libc|libm|libdl|librt|libpthread|libresolv|ld-linux.*)\.so`).MatchString(m[1]) {
			run(t, "cp", "-L", m[2], filepath.Join(lib, m[1]))
		}
	}
	return root
}

// A kit brings its PostgreSQL along: copied anywhere, it is preferred to the host's, and nothing of the host's is opened.
func TestACopyOfPostgreSQLRunsWhereItWasUnpacked(t *testing.T) {
	system, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	root := packed(t, system)
	bin, err := Find("", root)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(bin.Dir, root+"/") || bin.Major != system.Major {
		t.Fatalf("found %+v", bin)
	}
	c, password := privateWith(t, bin)
	start(t, c)
	for _, name := range []string{"BINDIR", "SHAREDIR", "PKGLIBDIR"} {
		if got := must(t, c, password, "select setting from pg_config where name = '"+name+"'"); !strings.HasPrefix(got, root+"/") {
			t.Errorf("%s is %s", name, got)
		}
	}
	if got := must(t, c, password, "select to_tsvector('english', 'running')::text"); got != "'run':1" { // a module of its own
		t.Error(got)
	}
	pid, _ := c.Running()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(maps), " "+system.Dir) || strings.Contains(string(maps), " "+told(t, system, "--pkglibdir")) {
		t.Error("the server runs with parts of the host's")
	}
	if !strings.Contains(string(maps), " "+root+"/lib/") {
		t.Error("the server runs without the copy's libraries")
	}
}

// PostgreSQL finds its files from where it lies, but not out of every layout: then it is told before anything is made.
func TestACopyThatCannotBeMovedIsAFinding(t *testing.T) {
	system, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		lay func(root string)
		key string
	}{
		"only the programs": {func(root string) { run(t, "cp", "-RL", system.Dir, filepath.Join(root, "bin")) }, "postgres.binaries.fixed"},
		"for another kind of machine": {func(root string) {
			for _, name := range []string{"postgres", "initdb"} {
				if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(root, "bin", name), []byte("\x7fELF of elsewhere"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
		}, "postgres.binaries.copy"},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			c.lay(root)
			if bin, err := Find("", root); key(err) != c.key {
				t.Errorf("found %+v, %v", bin, err)
			}
		})
	}
}
