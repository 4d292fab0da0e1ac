package trial

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Moved is the last line of an upgrade and of a rollback, as the contract has it.
type Moved struct {
	Event      string `json:"event"`
	Status     string `json:"status"`
	From       string `json:"from"`
	To         string `json:"to"`
	MS         int64  `json:"ms"`
	DowntimeMS int64  `json:"downtime_ms"`
	Report     string `json:"report"`
}

// UpgradeArgs is the command line of an upgrade to a release.
func UpgradeArgs(to Release, more ...string) []string {
	return append([]string{"upgrade", to.Kit, "--root-fingerprint", to.Fingerprint, "--yes", "-o", "json"}, more...)
}

// RollbackArgs is that of a rollback.
func RollbackArgs(more ...string) []string {
	return append([]string{"rollback", "--yes", "-o", "json"}, more...)
}

// Upgrade leads the instance to a release; anything but exit 0 fails the test.
func (p *Place) Upgrade(to Release, more ...string) (m Moved) {
	p.T.Helper()
	p.Operate(UpgradeArgs(to, more...)...).Status(Done).Result(&m)
	return m
}

// Rollback leads it back to the release before.
func (p *Place) Rollback(more ...string) (m Moved) {
	p.T.Helper()
	p.Operate(RollbackArgs(more...)...).Status(Done).Result(&m)
	return m
}

// Operate runs the program that the instance itself has, as an operator does once there is one.
func (p *Place) Operate(args ...string) Outcome {
	p.T.Helper()
	return p.OfInstance().Run(args...)
}

// OfInstance is the place with the instance's own program.
func (p *Place) OfInstance() *Place {
	q := *p
	q.Binary = p.At("current", "bin", "egovctl")
	return &q
}

// Of is the place with the program of one of its releases.
func (p *Place) Of(version string) *Place {
	q := *p
	q.Binary = p.At("releases", version, "bin", "egovctl")
	return &q
}

// MoveOracle checks an instance after a disturbed upgrade or rollback that was taken up, in five looks, O2 to O7; O1 is Kept.
func (p *Place) MoveOracle(in Installed, version string, releases ...string) {
	p.T.Helper()
	p.MovedWhole(in, version, releases...)
	p.Amcheck() // O5
}

// MovedWhole is MoveOracle without the look at every page of the database, which costs as much as the others together.
func (p *Place) MovedWhole(in Installed, version string, releases ...string) {
	p.T.Helper()
	p.ReleasesAre(releases...)                // O2: whole, and nothing mixed
	p.Runs(version)                           // O3
	p.Operate("audit", "verify").Status(Done) // O4
	p.leftovers()                             // O6
	p.Leaks(in)                               // O7
}

// ReleasesAre fails the test unless exactly these releases lie in the instance, each as its manifest has it, and the name
// current points at one of them.
func (p *Place) ReleasesAre(versions ...string) {
	p.T.Helper()
	entries, err := os.ReadDir(p.At("releases"))
	if err != nil {
		p.T.Fatal(err)
	}
	var have []string
	for _, e := range entries {
		if !e.IsDir() {
			p.T.Errorf("%s lies among the releases", e.Name()) // such as a mark that was not taken away
			continue
		}
		have = append(have, e.Name())
		p.wholeRelease(e.Name())
	}
	slices.Sort(versions)
	if !slices.Equal(have, versions) {
		p.T.Errorf("the releases are %v, want %v", have, versions)
	}
	if c := p.Current(); !slices.Contains(versions, c) {
		p.T.Errorf("current is %s", c)
	}
}

// drained is how long the platform of the release before may answer what it had begun; its supervisor goes over after that.
const drained = 30 * time.Second

// Runs fails the test unless the name current points at this release and the platform and, soon, its supervisor are of it.
func (p *Place) Runs(version string) {
	p.T.Helper()
	if c := p.Current(); c != version {
		p.T.Errorf("current is %s, want %s", c, version)
	}
	for _, word := range []string{"serve", "supervise"} {
		want, exe := p.At("releases", version, "bin", "egovctl"), ""
		for end := time.Now().Add(drained); exe != want && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			exe, _ = os.Readlink(fmt.Sprintf("/proc/%d/exe", p.Process(word))) // "" while there is none
		}
		if exe != want {
			p.T.Errorf("%s is %s, want %s", word, exe, want)
		}
	}
	h := p.OfInstance().Health("--no-probe")
	for end := time.Now().Add(retried); h.Status == "degraded" && onlyJobs(h) && time.Now().Before(end); h = p.OfInstance().Health("--no-probe") {
		time.Sleep(time.Second)
	}
	if h.Status != "healthy" || h.Version != version {
		p.T.Errorf("health of %s is %s: %+v", h.Version, h.Status, h.Checks)
	}
}

// retried is how long periodic work that was cut by a kill, or had to wait on a busy host, may take until it is done after all.
const retried = 90 * time.Second

// onlyJobs reports whether nothing is told but periodic work that will be tried again.
func onlyJobs(h Health) bool {
	for _, c := range h.Checks {
		if c.Status != "pass" && c.Status != "skip" && c.Code != "jobs.running" {
			return false
		}
	}
	return true
}

// Current is the release that the name current points at.
func (p *Place) Current() string {
	p.T.Helper()
	to, err := os.Readlink(p.At("current"))
	if err != nil {
		p.T.Fatal(err)
	}
	return filepath.Base(to)
}

// wholeRelease holds a release against its manifest: every member is there, with its bytes.
func (p *Place) wholeRelease(version string) {
	p.T.Helper()
	folder := p.At("releases", version)
	raw, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		p.T.Errorf("release %s: %v", version, err)
		return
	}
	var manifest struct {
		Members []struct {
			Path   string `json:"path"`
			SHA256 string `json:"sha256"`
		} `json:"members"`
	}
	if err := json.Unmarshal(raw, &manifest); err != nil || len(manifest.Members) < 10 {
		p.T.Errorf("release %s: %d members: %v", version, len(manifest.Members), err)
	}
	for _, m := range manifest.Members {
		raw, err := os.ReadFile(filepath.Join(folder, m.Path))
		if err != nil {
			p.T.Errorf("release %s: %v", version, err)
		} else if sum := sha256.Sum256(raw); hex.EncodeToString(sum[:]) != m.SHA256 {
			p.T.Errorf("release %s: %s has other bytes", version, m.Path)
		}
	}
}

// WithoutMoves is the picture without what staging a release may leave: its folder, the mark, the backup before it, journal and trust.
func WithoutMoves(t Tree, to Release) Tree {
	out := Tree{}
	for path, e := range t {
		if path == "." || path == "releases" || path == "etc" {
			e.Change = "" // a folder's time tells that something came and went in it; ROOT's own, that what is trusted was noted there
		}
		if path != "releases/staged" && path != "releases/"+to.Version && !strings.HasPrefix(path, "releases/"+to.Version+"/") &&
			!strings.HasPrefix(path, "journal") && !strings.HasPrefix(path, "backups") && !strings.HasPrefix(path, "etc/trust") {
			out[path] = e
		}
	}
	return out
}

// SplitsHold fails the test when street and commune, which the next release has, are not what address says, or a person that
// was filed since has none.
func (p *Place) SplitsHold() {
	p.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	var all, apart, split int
	err := conn.QueryRow(ctx, `select count(*), count(*) filter (where onestop.address_of(street, commune) <> address),
		count(*) filter (where commune like 'filing %') from onestop.dossier_person`).Scan(&all, &apart, &split)
	if err != nil {
		p.T.Fatal(err)
	}
	if apart != 0 || split == 0 {
		p.T.Errorf("of %d people %d are split, and %d have other columns than their address", all, split, apart)
	}
}
