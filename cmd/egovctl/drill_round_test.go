//go:build drill

package main_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// What rounds may leave behind, in bytes. The instance itself hardly grows, however many there are: PostgreSQL uses the room of
// what was deleted again after a while. Each move leaves its evidence, on purpose.
const (
	mostGrowth   = 1 << 20  // of all rounds together, without evidence
	mostEvidence = 64 << 10 // of each round
)

// evidence are the parts that tell what was done. The log is told and not held to a bound: it grows with time, not with rounds.
var evidence = []string{"journal", "reports", "platform.audit", "platform.audit_link"}

// An instance goes to the next release and back, again and again. Its files, the roles in its database, its accounts and the units
// of the host are what they were, and it hardly grows.
func TestDrillRoundsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	rounds := int(drill.Number(t, "DRILL_ROUNDS", 5)) //nolint:gosec // a small number
	if trial.Long() {
		rounds = 100
	}
	trial.Case(t, fmt.Sprintf("%d rounds", rounds), 0, func(t *testing.T) {
		v := setOut(t)
		for _, to := range []string{v.next.Version, trial.Version, v.next.Version, trial.Version} {
			v.there(t, to)
		}
		before, bytes := v.picture(t), v.bytes(t)
		for range rounds {
			v.p.Upgrade(v.next)
			v.p.Rollback()
		}
		v.there(t, trial.Version)
		after := v.picture(t)
		sum, kept, parts := grown(bytes, v.bytes(t))
		if !slices.Equal(before, after) {
			for _, line := range after {
				if !slices.Contains(before, line) {
					t.Errorf("new: %s", line)
				}
			}
			for _, line := range before {
				if !slices.Contains(after, line) {
					t.Errorf("gone: %s", line)
				}
			}
		}
		if sum > mostGrowth || kept > mostEvidence*int64(rounds) {
			t.Errorf("%d rounds left %d bytes, and %d of evidence: %v", rounds, sum, kept, parts)
		}
		drill.Tell(t, "%d rounds: %d paths, roles, accounts and units as before, %d bytes more, and %d of evidence: %v", rounds, len(before), sum, kept, parts)
	})
}

// picture is what must be the same: the paths of the instance with modes and owners, its account, the roles, and units.
func (v *travels) picture(t *testing.T) (lines []string) {
	t.Helper()
	p := v.p.For(t)
	for path, e := range p.Tree().Shape() {
		if !strings.HasPrefix(path, "journal/report-") { // one of each move, as history has one line of each
			lines = append(lines, fmt.Sprintf("%s %s %s", path, e.Mode, e.Owner))
		}
	}
	lines = append(lines, p.Accounts()...)
	lines = append(lines, asked[[]string](t, p, `select array_agg(format('%s %s %s %s', rolname, rolsuper, rolcanlogin, rolconfig) order by rolname) from pg_roles`)...)
	units, err := filepath.Glob("/etc/systemd/system/*" + p.Account() + "*")
	if err != nil {
		t.Fatal(err)
	}
	lines = append(lines, units...)
	slices.Sort(lines)
	return lines
}

// bytes are those of the instance, by part: each folder below Root, and each schema of the database.
func (v *travels) bytes(t *testing.T) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	err := filepath.WalkDir(v.p.Root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == v.p.At("data", "postgres") {
			return fs.SkipDir
		}
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() {
			part, _, _ := strings.Cut(strings.TrimPrefix(path, v.p.Root+"/"), "/")
			if strings.HasPrefix(path, v.p.At("journal", "report-")) {
				part = "reports"
			}
			out[part] += info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range asked[[]string](t, v.p.For(t), `select array_agg(line) from (select format('%s.%s %s', n.nspname, c.relname, pg_total_relation_size(c.oid)) as line
		from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'm')) as lines`) {
		name, size, _ := strings.Cut(line, " ")
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		out[name] += n
	}
	return out
}

// grown names the parts that have more bytes than before, the most first; kept are those of the evidence, sum all others.
func grown(before, after map[string]int64) (sum, kept int64, lines []string) {
	parts := slices.SortedFunc(maps.Keys(after), func(a, b string) int {
		return cmp.Compare(after[b]-before[b], after[a]-before[a])
	})
	for _, part := range parts {
		if n := after[part] - before[part]; n > 0 {
			switch {
			case slices.Contains(evidence, part):
				kept += n
			case part != "log":
				sum += n
			}
			lines = append(lines, fmt.Sprintf("%s %d", part, n))
		}
	}
	return sum, kept, lines
}
