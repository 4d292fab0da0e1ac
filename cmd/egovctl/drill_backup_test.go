//go:build drill

package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// Each kind of journal line of a backup is a place at which it is killed: it leaves a whole set or none. Each kind of a restore
// is one: the next run ends whole, with every row of the set. In a long drill it is each line, alone.
func TestDrillKillAtEveryKindOfLineOfABackupAndARestore(t *testing.T) {
	t.Parallel()
	v := setOut(t)
	out := filepath.Join(t.TempDir(), "out")
	create := []string{"backup", "create", "--out", out, "-o", "json"}
	o := v.p.Operate(create...).Status(trial.Done)
	var made backedUp
	o.Result(&made)
	rows := v.p.Database()
	backups := trial.Strikes(o.Lines())
	struck := v.eachStruck(t, "a backup", backups, create, func(t *testing.T) { wholeSets(t, v.p.For(t), out) })

	restore := []string{"backup", "restore", made.Path, "-o", "json"}
	restores := trial.Strikes(v.p.Operate(restore...).Status(trial.Done).Lines())
	v.p.Operate("backup", "restore", "--confirm").Status(trial.Done)
	struck += v.eachStruck(t, "a restore", restores, restore, func(t *testing.T) { v.restored(t, restore, rows) })
	if len(backups) < 6 || len(restores) < 20 {
		t.Errorf("only %d and %d lines", len(backups), len(restores))
	}
	v.p.Amcheck()
	v.p.Checksums()
	drill.Tell(t, "%d lines of a backup and %d of a restore, %d kills, %d dossiers: 0 rows lost, 0 half sets", len(backups), len(restores), struck, dossiers)
}

// eachStruck kills an operation at every line, one after the other in as few goes as it takes; after each go the look is taken.
func (v *travels) eachStruck(t *testing.T, what string, lines, args []string, look func(t *testing.T)) (kills int) {
	t.Helper()
	if trial.Long() {
		for _, line := range lines {
			more := trial.Case(t, what+" at "+line, 0, func(t *testing.T) {
				v.strike(t, line, args)
				kills++
				look(t)
			})
			if !more {
				break
			}
		}
		return kills
	}
	rest := lines
	for n := 1; len(rest) > 0 && !t.Failed(); n++ {
		t.Run(fmt.Sprintf("%s, time %d", what, n), func(t *testing.T) {
			struck := v.p.For(t).OfInstance().KillAtEach(rest, args...)
			if len(struck) == 0 {
				t.Errorf("none of these lines comes: %v", rest)
			}
			t.Logf("killed %d times: %v", len(struck), struck)
			kills += len(struck)
			rest = slices.DeleteFunc(slices.Clone(rest), func(line string) bool { return slices.Contains(struck, line) })
			look(t)
		})
	}
	return kills
}

// wholeSets checks that a folder holds whole sets and nothing else once a backup has come to its end.
func wholeSets(t *testing.T, p *trial.Place, out string) {
	t.Helper()
	p.Operate("backup", "create", "--out", out).Status(trial.Done)
	sets, err := os.ReadDir(out)
	if err != nil || len(sets) == 0 {
		t.Fatalf("%d sets: %v", len(sets), err)
	}
	for i, s := range sets {
		switch {
		case strings.HasPrefix(s.Name(), "."):
			t.Errorf("a draft is left: %s", s.Name())
		case i > 0: // the first one is restored later on
			p.Operate("backup", "verify", filepath.Join(out, s.Name())).Status(trial.Done)
			if err := os.RemoveAll(filepath.Join(out, s.Name())); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// restored checks an instance whose restore was killed and has come to its end.
func (v *travels) restored(t *testing.T, restore []string, rows trial.Rows) {
	t.Helper()
	p := v.p.For(t)
	var end backedUp
	p.Operate(restore...).Status(trial.Done).Result(&end)
	if !slices.Contains([]string{"restored", "unchanged"}, end.Status) || end.Kept == "" {
		t.Errorf("the last run says %+v", end)
	}
	p.MovedWhole(v.in, trial.Version, trial.Version)
	now := p.Database()
	for table, want := range rows {
		if strings.HasPrefix(table, "platform.") || strings.HasPrefix(table, "identity.") || table == "onestop.procedure_version" {
			continue // the log and the sessions go on, and the probe passes through
		}
		if now[table] != want {
			t.Errorf("%s is %s, was %s", table, now[table], want)
		}
	}
	p.Operate("backup", "restore", "--confirm").Status(trial.Done)
	if left, err := filepath.Glob(p.At("data", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
