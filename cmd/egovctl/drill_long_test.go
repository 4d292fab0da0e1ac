//go:build drill

package main_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// undisturbed is what an installation leaves that nothing disturbs, and its journal: all drills compare with the same one.
var undisturbed struct {
	sync.Once
	want   trial.Reference
	events []trial.Event
}

func reference(t *testing.T) (trial.Reference, []trial.Event) {
	t.Helper()
	u := &undisturbed
	u.Do(func() {
		p := trial.New(t)
		o := p.Run(p.InstallArgs()...).Status(trial.Done)
		u.want, u.events = p.Reference(p.Install()), o.Lines()
	})
	if len(u.events) == 0 {
		t.Fatal("nothing to compare with, see the first test that asked for it")
	}
	return u.want, u.events
}

// Each kind of journal line of an installation is a place at which it is killed, alone; the next run ends whole. In a long drill
// it is each line.
func TestDrillKillAtEveryKindOfLineOfAnInstallation(t *testing.T) {
	t.Parallel()
	want, events := reference(t)
	lines := trial.Strikes(events)
	done := trial.Cases(t, lines, 0, func(t *testing.T, i int) {
		p := trial.New(t)
		if p.KillAt(lines[i:i+1], p.InstallArgs()...) == "" {
			t.Fatalf("the line %q did not come", lines[i])
		}
		p.Whole(p.Install(), want)
		if i%amcheckEvery == 0 {
			p.Amcheck()
		}
		if i == len(lines)-1 {
			p.Checksums()
		}
	})
	drill.Tell(t, "%d of %d lines, each ended whole", done, len(lines))
}

var uninstall = []string{"uninstall", "--purge-data", "--yes", "-o", "json"}

// An uninstallation killed at any kind of line goes on to its end, or is turned back by an installation.
func TestDrillKillAtEveryKindOfLineOfAnUninstallation(t *testing.T) {
	t.Parallel()
	want, _ := reference(t)
	first := trial.New(t)
	first.Install()
	lines := trial.Strikes(first.Run(uninstall...).Status(trial.Done).Lines())
	first.Gone()
	done := trial.Cases(t, lines, 0, func(t *testing.T, i int) {
		p := trial.New(t)
		p.Install()
		if p.KillAt(lines[i:i+1], uninstall...) == "" {
			t.Fatalf("the line %q did not come", lines[i])
		}
		if i%2 == 1 {
			p.Whole(p.Install(), want)
			p.Run(uninstall...).Status(trial.Done)
		} else if o := p.Run(uninstall...); o.Exit != trial.NotInstalled { // killed after its last act
			o.Status(trial.Done)
		}
		p.Gone()
	})
	drill.Tell(t, "%d of %d lines, nothing left or all back", done, len(lines))
}

// Random fsyncs of an installation. DRILL_SEED repeats a run, DRILL_SYNCS sets their number.
func TestDrillKillAtRandomSyncsOfAnInstallation(t *testing.T) {
	t.Parallel()
	want, _ := reference(t)
	counted := trial.New(t)
	total, _ := counted.KillAtSync(0, counted.InstallArgs()...)
	if total < 50 {
		t.Fatalf("only %d fsyncs", total)
	}
	few := uint64(4)
	if trial.Long() {
		few = uint64(total) //nolint:gosec // a count
	}
	seed := drill.Seed(t)
	n := min(int(drill.Number(t, "DRILL_SYNCS", few)), total) //nolint:gosec // a small number
	at := rand.New(rand.NewPCG(seed, 0)).Perm(total)[:n]
	var names []string
	for _, n := range at {
		names = append(names, fmt.Sprintf("fsync %d", n+1))
	}
	done := trial.Cases(t, names, seed, func(t *testing.T, i int) {
		p := trial.New(t)
		if _, killed := p.KillAtSync(at[i]+1, p.InstallArgs()...); !killed {
			t.Logf("it ended before; the number of fsyncs varies a little")
		}
		p.Whole(p.Install(), want)
		if i%amcheckEvery == 0 {
			p.Amcheck()
		}
	})
	drill.Tell(t, "DRILL_SEED=%d; %d of %d fsyncs, each ended whole; %s", seed, done, total, bound(done))
}

// The instance is hurt twelve times, in an order drawn by chance, and in a long drill 25 instances are. DRILL_SEED repeats a run.
func TestDrillAcknowledgedDossiersSurviveManyKills(t *testing.T) {
	t.Parallel()
	const hurts = 12
	seed, instances := drill.Seed(t), uint64(1)
	if trial.Long() {
		instances = 25
	}
	for s := seed; s < seed+instances; s++ {
		more := trial.Case(t, fmt.Sprintf("%d: %d hurts", s-seed, hurts), seed, func(t *testing.T) {
			hurtOften(t, rand.New(rand.NewPCG(s, 0)), hurts)
			drill.Tell(t, "DRILL_SEED=%d; %d hurts, nothing acknowledged was lost", s, hurts)
		})
		if !more {
			break
		}
	}
}

func hurtOften(t *testing.T, draw *rand.Rand, n int) {
	survive(t, func(hurts []hurt, strike func(hurt)) {
		for range n {
			time.Sleep(time.Duration(draw.IntN(500)) * time.Millisecond)
			strike(hurts[draw.IntN(len(hurts))])
		}
	})
}
