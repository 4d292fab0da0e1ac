package cluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
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
// first, and the PATH. Findings "postgres.binaries.missing" and "postgres.binaries.old"; a copy that is there and cannot
// be used is "postgres.binaries.copy" or "postgres.binaries.fixed", and never passed over for another PostgreSQL.
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
		if b, there, err := relocatable(root); err != nil {
			return Binaries{}, err
		} else if there {
			return enough(b)
		}
	}
	var found []Binaries
	for _, dir := range distinct(append(system, filepath.SplitList(path)...)) {
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

// FindMajor looks for a PostgreSQL of one major version, for data that are there already. own is the copy of the release
// that is meant, others are those of the releases beside it. An own copy that cannot be used is told as by Find; of the
// others it is passed over. A release that brings none means the host's. Finding "postgres.binaries.major".
func FindMajor(major int, own string, others ...string) (Binaries, error) {
	system, _ := filepath.Glob(systemPattern)
	return findMajor(major, own, others, append(system, filepath.SplitList(os.Getenv("PATH"))...))
}

func findMajor(major int, own string, others, system []string) (Binaries, error) {
	b, there, err := relocatable(own)
	if err != nil || there && b.Major == major {
		return b, err
	}
	var copies, hosts []Binaries
	for _, root := range others {
		if b, there, err := relocatable(root); err == nil && there && b.Major == major {
			copies = append(copies, b)
		}
	}
	for _, dir := range distinct(system) {
		if b, err := probe(dir); err == nil && b.Major == major {
			hosts = append(hosts, b)
		}
	}
	slices.SortStableFunc(copies, func(a, b Binaries) int { return b.minor() - a.minor() })
	found := slices.Concat(hosts, copies)
	if there {
		found = slices.Concat(copies, hosts)
	}
	if len(found) == 0 {
		return Binaries{}, fault.New(fault.Finding, "postgres.binaries.major", "major", major)
	}
	return found[0], nil
}

// Copy opens the relocatable copy below root; there is false when it holds none. Faults as Find.
func Copy(root string) (b Binaries, there bool, err error) { return relocatable(root) }

// minor is the second number of the version.
func (b Binaries) minor() int {
	_, after, _ := strings.Cut(b.Version, ".")
	n, _ := strconv.Atoi(after)
	return n
}

// relocatable opens a copy that was unpacked anywhere: its programs need its own libraries.
func relocatable(root string) (b Binaries, there bool, err error) {
	if root == "" {
		return Binaries{}, false, nil
	}
	dirs, _ := filepath.Glob(filepath.Join(root, "usr/lib/postgresql/*/bin"))
	for _, dir := range append(dirs, filepath.Join(root, "bin")) {
		if _, err := os.Stat(filepath.Join(dir, "postgres")); err != nil {
			continue
		}
		b, err := probeWith(dir, filepath.Join(root, "lib"))
		if err != nil {
			return Binaries{}, true, fault.Wrap(err, fault.Finding, "postgres.binaries.copy", "where", dir, "why", reason(err))
		}
		return b, true, b.whole(root)
	}
	return Binaries{}, false, nil
}

// whole checks that the programs of a copy look for their own files within it. They find them from where they lie, but only
// while the folders stand to each other as they did where they were built; otherwise they go back to where that was.
func (b Binaries) whole(root string) error {
	root, err := filepath.EvalSymlinks(root)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "postgres.binaries.copy", "where", b.Dir, "why", reason(err))
	}
	for option, holds := range map[string]string{"--sharedir": "postgres.bki", "--pkglibdir": "plpgsql.so"} {
		out, err := b.ask("pg_config", option)
		if err != nil {
			return fault.Wrap(err, fault.Finding, "postgres.binaries.copy", "where", b.Dir, "why", reason(err))
		}
		looks := strings.TrimSpace(string(out))
		_, err = os.Stat(filepath.Join(looks, holds))
		if rel, outside := filepath.Rel(root, looks); err != nil || outside != nil || !filepath.IsLocal(rel) {
			return fault.Wrap(err, fault.Finding, "postgres.binaries.fixed", "where", b.Dir, "looks", filepath.Join(looks, holds))
		}
	}
	return nil
}

// ask runs one of the programs that only tell something.
func (b Binaries) ask(program, option string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, b.Path(program), option)
	cmd.Env = b.Env()
	return cmd.Output()
}

// distinct are the folders that hold a server, each once however many names lead there: to look at one means to run it.
func distinct(dirs []string) (out []string) {
	seen := map[string]bool{}
	for _, dir := range dirs {
		real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err == nil && !seen[real] {
			seen[real], out = true, append(out, dir)
		}
	}
	return out
}

func enough(b Binaries) (Binaries, error) {
	if b.Major < OldestMajor {
		return Binaries{}, fault.New(fault.Finding, "postgres.binaries.old", "where", b.Dir, "have", b.Version, "want", OldestMajor)
	}
	return b, nil
}

// probe looks at a folder of programs; that of a copy has its libraries beside.
func probe(dir string) (Binaries, error) { return probeWith(dir, libOf(dir)) }

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
	out, err := b.ask("postgres", "--version")
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
