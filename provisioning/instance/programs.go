package instance

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
)

// found remembers where PostgreSQL's programs are: to find out means to run each candidate.
type found struct {
	sync.Mutex
	bin   cluster.Binaries
	major int // of the data at that time, 0 for none
	known bool
}

// Binaries are PostgreSQL's programs for this site. The configured folder, if there is one, and nothing else. Else, for
// data that are there, those of the data's own major version: the release's copy, then another release's or the host's;
// so code of the release before serves on data that an upgrade has carried over. Else, for new data, the release's copy or the
// host's newest. When nothing fits the data it is what new data would get, which cluster.CheckMajor refuses. Findings
// "postgres.binaries.missing", "postgres.binaries.old", "postgres.binaries.copy", "postgres.binaries.fixed"; only a success is
// remembered.
func (s Site) Binaries() (cluster.Binaries, error) {
	if s.found == nil {
		s.found = &found{}
	}
	s.found.Lock()
	defer s.found.Unlock()
	major := s.recorded()
	if s.found.known && s.found.major == major {
		return s.found.bin, nil
	}
	bin, err := s.search(major)
	if err == nil {
		s.found.bin, s.found.major, s.found.known = bin, major, true
	}
	return bin, err
}

func (s Site) search(major int) (cluster.Binaries, error) {
	configured, own := s.Answers.Postgres.BinDir, s.postgresOf(s.Version)
	if configured == "" && major != 0 {
		bin, err := s.BinariesOf(major)
		if err == nil || fault.From(err).Key != "postgres.binaries.major" {
			return bin, err
		}
	}
	return cluster.Find(configured, own)
}

// BinariesOf are programs of one major version, whether or not others are configured. Findings "postgres.binaries.major",
// "postgres.binaries.copy", "postgres.binaries.fixed".
func (s Site) BinariesOf(major int) (cluster.Binaries, error) {
	var others []string
	for _, version := range s.releases() {
		if version != s.Version {
			others = append(others, s.postgresOf(version))
		}
	}
	return cluster.FindMajor(major, s.postgresOf(s.Version), others...)
}

// Offered are the programs that this site's release brings, or that the operator configured: what an upgrade leads to. there
// is false when neither is the case; then the data stay with the major version that they have.
func (s Site) Offered() (bin cluster.Binaries, there bool, err error) {
	if configured := s.Answers.Postgres.BinDir; configured != "" {
		bin, err := cluster.Find(configured)
		return bin, err == nil, err
	}
	return cluster.Copy(s.postgresOf(s.Version))
}

// PostgresFrom lists the releases whose PostgreSQL is in use: by the server that runs, and by its next start. They must not
// be removed, whether or not their program still runs.
func (s Site) PostgresFrom() []string {
	var versions []string
	var dirs []string
	if c, err := cluster.Open(cluster.Options{Data: s.Root.Postgres()}); err == nil {
		if pid, running := c.Running(); running {
			exe, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
			dirs = append(dirs, filepath.Dir(exe))
		}
	}
	if bin, err := s.Binaries(); err == nil {
		dirs = append(dirs, bin.Dir)
	}
	for _, version := range s.releases() {
		folder, err := filepath.EvalSymlinks(s.Root.Release(version))
		for _, dir := range dirs {
			if err == nil && strings.HasPrefix(dir, folder+string(filepath.Separator)) {
				versions = append(versions, version)
				break
			}
		}
	}
	return versions
}

// releases lists the versions that lie below ROOT.
func (s Site) releases() (versions []string) {
	entries, _ := os.ReadDir(s.Root.Releases()) // before the first release there are none
	for _, e := range entries {
		if e.IsDir() {
			versions = append(versions, e.Name())
		}
	}
	return versions
}

// postgresOf is where a release keeps its relocatable PostgreSQL, if it brings one.
func (s Site) postgresOf(version string) string {
	return filepath.Join(s.Root.Release(version), "postgres")
}

// recorded is the major version of the data; 0 when there are none or when this process may not look.
func (s Site) recorded() int {
	c, err := cluster.Open(cluster.Options{Data: s.Root.Postgres()})
	if err != nil {
		return 0
	}
	major, _ := c.Major()
	return major
}
