//go:build drill

package main_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// What a person or another program has put out of order is named with its cure or put right, and nothing is lost: a clock that
// went back a day, a lock that nobody holds, a schema that stopped half-way, rights that were taken from a file of ours.
func TestDrillAnInstanceOutOfOrder(t *testing.T) {
	t.Parallel()
	v, image := onImage(t)
	var set backedUp
	v.p.Operate("backup", "create", "-o", "json").Status(trial.Done).Result(&set)
	old, next, done := trial.Version, v.next.Version, []int{trial.Done}
	upgrade, rollback := trial.UpgradeArgs(v.next), trial.RollbackArgs()
	backup, start := []string{"backup", "create", "-o", "json"}, []string{"start", "--yes", "-o", "json"}
	table := []mishap{
		{name: "the clock is a day back: a backup", at: next, harm: tomorrow, args: backup, exits: done, then: next},
		{name: "the clock is a day back: a rollback", at: next, harm: tomorrow, args: rollback, exits: done, then: old},
		{name: "the clock is a day back: an upgrade", at: old, harm: tomorrow, args: upgrade, exits: done, then: next},
		{name: "a lock that nobody holds: a rollback", at: next, harm: staleLock, args: rollback, exits: done, then: old},
		{name: "a lock that nobody holds: an upgrade", at: old, harm: staleLock, args: upgrade, exits: done, then: next},
		{name: "a schema that stopped half-way: an upgrade", at: old, harm: dirty, args: upgrade, exits: ends, then: next},
		{name: "a schema that stopped half-way: a rollback", at: next, harm: dirty, args: rollback, exits: done, then: old},
	}
	for _, path := range []string{"etc/secrets", "etc/secrets/db-app", "data", "data/postgres", "data/files"} {
		table = append(table, mishap{name: path + " is somebody else's: start", at: old, harm: foreign(path), args: start, exits: []int{trial.Finding}, then: old})
	}
	for _, path := range []string{"etc/instance.yaml", "journal", "log", "run", "current/bin/egovctl", "backups"} {
		table = append(table, mishap{name: "no rights on " + path + ": start", at: old, harm: withoutRights(path), args: start, exits: orDone(ends), then: old})
	}
	table = append(table, mishap{name: "no rights on journal: an upgrade", at: old, harm: withoutRights("journal"), args: upgrade, exits: orDone(ends), then: next})
	for _, m := range table {
		if !trial.Case(t, m.name, 0, func(t *testing.T) { m.happens(t, v, image) }) {
			break
		}
	}
	v.p.Operate("backup", "verify", set.Path).Status(trial.Done)
	counts := v.end(t, true)
	drill.Tell(t, "%d cases: %d acknowledged, 0 lost", len(table), counts[trial.Acknowledged])
}

// tomorrow makes everything that the instance has written down so far a day younger than now: so it looks after the clock of the
// host was put back.
func tomorrow(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
	p.Postdate(24 * time.Hour)
	super(t, p, "update platform.job set started_at = started_at + interval '1 day', done_at = done_at + interval '1 day'",
		"update identity.session set created_at = created_at + interval '1 day'")
	for _, o := range []trial.Outcome{p.Operate("history", "-o", "json"), p.Operate("status", "-o", "json"), p.Operate("health", "--no-probe", "-o", "json")} {
		if o.Exit != trial.Done || strings.Contains(o.Stdout, `"ms":-`) || strings.Contains(o.Stdout, `"age_seconds":-`) {
			t.Errorf("%v: exit %d: %s%s", o.Args, o.Exit, o.Stdout, o.Stderr)
		}
	}
	return p.OfInstance(), func() {}
}

// staleLock is the note of a process that was killed, whose number another process of this host has by now.
func staleLock(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
	note := fmt.Sprintf(`{"pid":%d,"operation":"upgrade","since":"2026-01-01T00:00:00Z","host":"elsewhere"}`+"\n", os.Getpid())
	if err := os.WriteFile(p.At("journal", "lock"), []byte(note), 0o600); err != nil {
		t.Fatal(err)
	}
	return p.OfInstance(), func() {}
}

// dirty marks a schema as golang-migrate does while a file runs outside of a transaction.
func dirty(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
	super(t, p, "update onestop.schema_migrations set dirty = true")
	return p.OfInstance(), func() { super(t, p, "update onestop.schema_migrations set dirty = false") }
}

// withoutRights takes a file or folder of a stopped instance from its account and from everybody.
func withoutRights(path string) harm {
	return func(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
		at, was := deprived(t, p, path)
		return p, func() { // whoever comes to mend it has a program of his own
			if err := errors.Join(os.Chown(at, int(was.Uid), int(was.Gid)), os.Chmod(at, os.FileMode(was.Mode&0o777))); err != nil {
				t.Fatal(err)
			}
			p.Operate("start", "--yes").Status(trial.Done)
		}
	}
}

// foreign does the same and follows the cure that is told: the installation is run again.
func foreign(path string) harm {
	return func(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
		at, was := deprived(t, p, path)
		return p, func() {
			p.Run(p.InstallArgs()...).Status(trial.Done)
			var now syscall.Stat_t
			if err := syscall.Stat(at, &now); err != nil || now.Uid != was.Uid || now.Mode != was.Mode {
				t.Errorf("%s is of %d with %o, was of %d with %o: %v", path, now.Uid, now.Mode, was.Uid, was.Mode, err)
			}
		}
	}
}

func deprived(t *testing.T, p *trial.Place, path string) (at string, was syscall.Stat_t) {
	t.Helper()
	p.Run("stop", "--yes").Status(trial.Done)
	at, err := filepath.EvalSymlinks(p.At(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syscall.Stat(at, &was), os.Chown(at, 0, 0), os.Chmod(at, 0)); err != nil {
		t.Fatal(err)
	}
	return at, was
}
