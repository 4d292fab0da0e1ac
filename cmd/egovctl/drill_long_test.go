//go:build drill

package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
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
	trial.Tell(t, "%d of %d lines, each ended whole", done, len(lines))
}

var uninstall = []string{"uninstall", "--purge-data", "--yes", "-o", "json"}

// An uninstallation killed at any kind of line goes on to its end, or is turned back by an installation.
func TestDrillKillAtEveryKindOfLineOfAnUninstallation(t *testing.T) {
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
	trial.Tell(t, "%d of %d lines, nothing left or all back", done, len(lines))
}

// Random fsyncs of an installation. DRILL_SEED repeats a run, DRILL_SYNCS sets their number.
func TestDrillKillAtRandomSyncsOfAnInstallation(t *testing.T) {
	want, _ := reference(t)
	counted := trial.New(t)
	total, _ := counted.KillAtSync(0, counted.InstallArgs()...)
	if total < 50 {
		t.Fatalf("only %d fsyncs", total)
	}
	few := uint64(8)
	if trial.Long() {
		few = uint64(total) //nolint:gosec // a count
	}
	seed := number(t, "DRILL_SEED", uint64(time.Now().UnixNano()))
	n := min(int(number(t, "DRILL_SYNCS", few)), total) //nolint:gosec // a small number
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
	trial.Tell(t, "DRILL_SEED=%d; %d of %d fsyncs, each ended whole; %s", seed, done, total, bound(done))
}

// The instance is hurt again and again, in an order drawn by chance. DRILL_SEED repeats a run, DRILL_HURTS sets how often.
func TestDrillAcknowledgedDossiersSurviveManyKills(t *testing.T) {
	seed := number(t, "DRILL_SEED", uint64(time.Now().UnixNano()))
	few := uint64(12)
	if trial.Long() {
		few = 300
	}
	n := int(number(t, "DRILL_HURTS", few)) //nolint:gosec // a small number
	draw := rand.New(rand.NewPCG(seed, 0))
	trial.Case(t, fmt.Sprintf("%d hurts", n), seed, func(t *testing.T) {
		hurtOften(t, draw, n)
		trial.Tell(t, "DRILL_SEED=%d; %d hurts, nothing acknowledged was lost", seed, n)
	})
}

func hurtOften(t *testing.T, draw *rand.Rand, n int) {
	survive(t, func(hurts []hurt, strike func(hurt)) {
		for range n {
			time.Sleep(time.Duration(draw.IntN(500)) * time.Millisecond)
			strike(hurts[draw.IntN(len(hurts))])
		}
	})
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
