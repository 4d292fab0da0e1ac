package cluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
)

// OldestMajor is the oldest PostgreSQL that can be used: ICU as the database's own collation came with 15.
const OldestMajor = 15

const systemPattern = "/usr/lib/postgresql/*/bin"

// Binaries is one usable PostgreSQL.
type Binaries struct {
	Dir     string // folder of postgres, initdb, psql, pg_dump
	Version string // "15.18", as "postgres --version" says
	Major   int
	Lib     string // library folder of a relocatable copy, "" for the system's
}

// Path is the full path of one program.
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

// Env is the whole environment of a PostgreSQL program: nothing of ours is inherited.
func (b Binaries) Env() []string {
	env := []string{"PATH=" + b.Dir + ":/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}
	if b.Lib != "" {
		env = append(env, "LD_LIBRARY_PATH="+b.Lib)
	}
	return env
}

// Find looks for PostgreSQL. dirs[0] is the folder that the operator named ("" for none): if given, nothing else will
// do. The others are roots of relocatable copies, "" being passed over. Then come the system's own, newest
// first, and the PATH. Faults: finding "postgres.binaries.missing" or "postgres.binaries.old".
func Find(dirs ...string) (Binaries, error) {
	system, _ := filepath.Glob(systemPattern)
	return find(dirs, system, os.Getenv("PATH"))
}

func find(dirs, system []string, path string) (Binaries, error) {
	if len(dirs) > 0 && dirs[0] != "" {
		b, err := probe(dirs[0])
		if err != nil {
			return Binaries{}, fault.Wrap(err, fault.Finding, "postgres.binaries.missing", "where", dirs[0])
		}
		return enough(b)
	}
	for _, root := range dirs[min(1, len(dirs)):] {
		if b, ok := relocatable(root); ok {
			return enough(b)
		}
	}
	var found []Binaries
	for _, dir := range append(system, filepath.SplitList(path)...) {
		if b, err := probe(dir); err == nil {
			found = append(found, b)
		}
	}
	if len(found) == 0 {
		return Binaries{}, fault.New(fault.Finding, "postgres.binaries.missing", "where", systemPattern+", PATH")
	}
	slices.SortStableFunc(found, func(a, b Binaries) int { return b.Major - a.Major })
	return enough(found[0])
}

// relocatable opens a copy that was unpacked anywhere: its programs need its own libraries.
func relocatable(root string) (Binaries, bool) {
	if root == "" {
		return Binaries{}, false
	}
	dirs, _ := filepath.Glob(filepath.Join(root, "usr/lib/postgresql/*/bin"))
	for _, dir := range append(dirs, filepath.Join(root, "bin")) {
		lib := filepath.Join(root, "lib")
		if b, err := probeWith(dir, lib); err == nil {
			return b, true
		}
	}
	return Binaries{}, false
}

func enough(b Binaries) (Binaries, error) {
	if b.Major < OldestMajor {
		return Binaries{}, fault.New(fault.Finding, "postgres.binaries.old", "where", b.Dir, "have", b.Version, "want", OldestMajor)
	}
	return b, nil
}

func probe(dir string) (Binaries, error) { return probeWith(dir, "") }

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)(\S*)`)

func probeWith(dir, lib string) (Binaries, error) {
	b := Binaries{Dir: dir, Lib: lib}
	// a link such as /usr/local/bin/postgres leads to the folder that holds all of the programs
	real, err := filepath.EvalSymlinks(b.Path("postgres"))
	if err != nil {
		return Binaries{}, err
	}
	b.Dir = filepath.Dir(real)
	if _, err := os.Stat(b.Path("initdb")); err != nil {
		return Binaries{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.Path("postgres"), "--version")
	cmd.Env = b.Env()
	out, err := cmd.Output()
	if err != nil {
		return Binaries{}, err
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return Binaries{}, fault.New(fault.Finding, "postgres.binaries.missing", "where", dir)
	}
	b.Version = string(m[1]) + string(m[2])
	b.Major, err = strconv.Atoi(string(m[1]))
	return b, err
}
