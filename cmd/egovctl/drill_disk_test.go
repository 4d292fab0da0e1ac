//go:build drill

package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// Whatever is wrong with the disk, a command does what it is to do, or says what is wrong and what to do about it; nothing that
// worked stops, and once the cause is gone the next run ends whole.
func TestDrillAFullOrFailingDisk(t *testing.T) {
	t.Parallel()
	seed := drill.Seed(t)
	t.Logf("DRILL_SEED=%d", seed)
	draw := rand.New(rand.NewPCG(seed, 0))
	v, image := onImage(t)
	var set backedUp
	v.p.Operate("backup", "create", "-o", "json").Status(trial.Done).Result(&set)
	old, next, done := trial.Version, v.next.Version, []int{trial.Done}
	upgrade, rollback := trial.UpgradeArgs(v.next), trial.RollbackArgs()
	commit := []string{"upgrade", "commit", "--yes", "-o", "json"}
	backup, restore := []string{"backup", "create", "-o", "json"}, []string{"backup", "restore", set.Path, "-o", "json"}
	table := []mishap{
		{name: "a backup, nothing free", at: next, harm: full(0), args: backup, exits: []int{trial.Finding}, then: next},
		{name: "a backup, 4 MB free", at: next, harm: full(4), args: backup, exits: orDone(ends), then: next},
		{name: "a rollback, nothing free", at: next, harm: full(0), args: rollback, exits: done, then: old},
		{name: "an upgrade, nothing free", at: old, harm: full(0), args: upgrade, exits: []int{trial.Finding}, then: old},
		{name: "an upgrade, 24 MB free", at: old, harm: full(24), args: upgrade, exits: []int{trial.Finding}, then: old},
		{name: "a commit, nothing free", at: old, harm: both(staged(v.next), full(0)), args: commit, exits: orDone(ends), then: next},
		{name: "a rollback, 12 MB free", at: next, harm: full(12), args: rollback, exits: done, then: old},
		{name: "a commit, 3 MB free", at: old, harm: both(staged(v.next), full(3)), args: commit, exits: orDone(ends), then: next},
		{name: "a rollback, nothing free and the database drowned", at: next, harm: both(full(0), drowned), args: rollback, exits: done, then: old},
		{name: "a read-only disk: start", at: old, harm: readOnly, args: []string{"start", "--yes", "-o", "json"}, exits: ends, then: old},
		{name: "a read-only disk: upgrade", at: old, harm: readOnly, args: upgrade, exits: ends, then: old},
		{name: "a read-only disk: backup", at: old, harm: readOnly, args: backup, exits: ends, then: old},
		{name: "a read-only disk: rollback", at: next, harm: readOnly, args: rollback, exits: ends, then: next},
	}
	times := []int{1, 2 + draw.IntN(8)} // the first of all, and any other; in a long drill the first twenty
	if trial.Long() {
		times = draw.Perm(20)
		for i := range times {
			times[i]++
		}
	}
	stage := func(second harm) harm { return both(staged(v.next), second) }
	for _, n := range times {
		table = append(table,
			mishap{name: "an fsync of a backup fails", at: next, inject: failing("fsync"), args: backup, exits: orDone(ends), then: next},
			mishap{name: "an fsync of a rollback fails", at: next, inject: failing("fsync"), args: rollback, exits: orDone(ends), then: old},
			mishap{name: "an fsync of a commit fails", at: old, inject: func(n int) harm { return stage(failing("fsync")(n)) }, args: commit, exits: orDone(ends), then: next},
			mishap{name: "a rename of a rollback fails", at: next, inject: failing("renameat"), args: rollback, exits: orDone(ends), then: old},
			mishap{name: "a write of a commit to its journal fails", at: old, inject: func(n int) harm { return stage(journal("upgrade")(n)) }, args: commit, exits: orDone(ends), then: next},
			mishap{name: "a write of a rollback to its journal fails", at: next, inject: journal("rollback"), args: rollback, exits: orDone(ends), then: old},
		)
		for i := len(table) - 6; i < len(table); i++ {
			table[i].n, table[i].name = n, fmt.Sprintf("%s, the %d. one", table[i].name, n)
		}
	}
	for _, m := range table {
		if !trial.Case(t, m.name, seed, func(t *testing.T) { m.happens(t, v, image) }) {
			break
		}
	}
	v.there(t, next) // what the set is of
	counts := v.end(t, true)
	for _, megabytes := range []int{0, 24, 60} {
		m := mishap{name: fmt.Sprintf("a restore, %d MB free", megabytes), harm: full(megabytes), args: restore, exits: ends, then: next}
		t.Run(m.name, func(t *testing.T) { m.restores(t, v, image) })
	}
	drill.Tell(t, "DRILL_SEED=%d; %d cases and 3 of a restore: %d acknowledged, 0 lost; each of %d injected failures came", seed, len(table), counts[trial.Acknowledged], 6*len(times))
}

// restores is a restore that has no room: the working side goes on, and with room it ends whole.
func (m mishap) restores(t *testing.T, v *travels, image *trial.Image) {
	p := v.p.For(t)
	rows := p.Sizes()["onestop.dossier"]
	in, mend := m.harm(t, p, image.For(p))
	m.judge(t, in.Run(m.args...))
	mend()
	until(t, "/readyz is green", func() bool { return p.Answers("/readyz", http.StatusOK) })
	if now := p.Sizes()["onestop.dossier"]; now != rows {
		t.Errorf("%s dossiers, there were %s", now, rows)
	}
	p.Operate(m.args...).Status(trial.Done)
	p.Operate("backup", "restore", "--back").Status(trial.Done)
	p.MoveOracle(v.in, m.then, trial.Version, v.next.Version)
	if now := p.Sizes()["onestop.dossier"]; now != rows {
		t.Errorf("%s dossiers, there were %s", now, rows)
	}
}

// both does one harm after the other; the second one's place is where the command runs.
func both(first, second harm) harm {
	return func(t *testing.T, p *trial.Place, i *trial.Image) (*trial.Place, func()) {
		_, one := first(t, p, i)
		in, two := second(t, p, i)
		return in, func() { two(); one() }
	}
}

// staged is no harm: the next release lies ready, and is the program of the command.
func staged(next trial.Release) harm {
	return func(_ *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
		p.Operate(trial.UpgradeArgs(next, "--stage")...).Status(trial.Done)
		return p, func() {}
	}
}

// newest is the place with the program of the newest release, which carries out every move.
func newest(p *trial.Place) *trial.Place { return p.Of(trial.NextVersion) }

// failing lets the n-th call of a kind fail, in each thread; n+1 and later ones are done.
func failing(call string) func(n int) harm {
	return func(n int) harm {
		return func(_ *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
			return newest(p).Injured(fmt.Sprintf("%s:error=EIO:when=%d", call, n)), func() {}
		}
	}
}

// journal lets the n-th line that a thread writes to the journal of the next run of an operation fail.
func journal(operation string) func(n int) harm {
	return func(n int) harm { return tornJournal(operation, n) }
}

func tornJournal(operation string, n int) harm {
	return func(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
		have, err := filepath.Glob(p.At("journal", "*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		path := p.At("journal", fmt.Sprintf("%04d-%s.jsonl", len(have)+1, operation))
		return newest(p).Injured(fmt.Sprintf("write:error=EIO:when=%d", n), "-P", path), func() {}
	}
}

// readOnly mounts the disk read-only: what ran is gone, as after a machine that came up with a damaged disk.
func readOnly(_ *testing.T, p *trial.Place, i *trial.Image) (*trial.Place, func()) {
	i.Unmount()
	i.Mount("ro")
	return p.OfInstance(), func() { i.Unmount(); i.Mount() }
}

// drowned lets the database write until the disk gives out.
func drowned(t *testing.T, p *trial.Place, _ *trial.Image) (*trial.Place, func()) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	for {
		if _, err := conn.Exec(ctx, "select pg_logical_emit_message(true, 'drill', repeat('x', 4000000))"); err != nil {
			t.Logf("the database says: %v", err)
			return p.OfInstance(), func() {}
		}
	}
}

// full leaves so many megabytes free on the disk.
func full(megabytes int) harm {
	return func(t *testing.T, p *trial.Place, i *trial.Image) (*trial.Place, func()) {
		path := filepath.Join(i.At, "filler")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		for {
			var st unix.Statfs_t
			if err := unix.Statfs(i.At, &st); err != nil {
				t.Fatal(err)
			}
			over := int64(st.Bavail)*st.Bsize - int64(megabytes)<<20
			if over < st.Bsize {
				break
			}
			info, err := file.Stat()
			if err != nil {
				t.Fatal(err)
			}
			if err := unix.Fallocate(int(file.Fd()), 0, info.Size(), max(st.Bsize, over-over/64)); err != nil && !strings.Contains(err.Error(), "no space") {
				t.Fatal(err)
			} else if err != nil {
				break
			}
		}
		return p.OfInstance(), func() {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
	}
}
