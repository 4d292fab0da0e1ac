//go:build drill

package main_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// reference installs once undisturbed; events are its journal.
func reference(t *testing.T) (trial.Reference, []trial.Event) {
	t.Helper()
	p := trial.New(t)
	o := p.Run(p.InstallArgs()...).Status(trial.Done)
	return p.Reference(p.Install()), o.Lines()
}

// Each kind of journal line of an installation is a place at which it is killed, alone; the next run ends whole.
func TestDrillKillAtEveryKindOfLineOfAnInstallation(t *testing.T) {
	want, events := reference(t)
	kinds := trial.Kinds(events)
	for i, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			p := trial.New(t)
			if p.KillAt([]string{kind}, p.InstallArgs()...) == "" {
				t.Fatalf("the line %q did not come", kind)
			}
			p.Oracle(p.Install(), want)
			if i == len(kinds)-1 {
				p.Checksums()
			}
		})
	}
}

var uninstall = []string{"uninstall", "--purge-data", "--yes", "-o", "json"}

// An uninstallation killed at any kind of line goes on to its end, or is turned back by an installation.
func TestDrillKillAtEveryKindOfLineOfAnUninstallation(t *testing.T) {
	first := trial.New(t)
	want := first.Reference(first.Install())
	kinds := trial.Kinds(first.Run(uninstall...).Status(trial.Done).Lines())
	first.Gone()
	for i, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			p := trial.New(t)
			p.Install()
			if p.KillAt([]string{kind}, uninstall...) == "" {
				t.Fatalf("the line %q did not come", kind)
			}
			if i%2 == 1 {
				p.Oracle(p.Install(), want)
				p.Run(uninstall...).Status(trial.Done)
			} else if o := p.Run(uninstall...); o.Exit != trial.NotInstalled { // killed after its last act
				o.Status(trial.Done)
			}
			p.Gone()
		})
	}
}

// Random fsyncs of an installation. DRILL_SEED repeats a run, DRILL_SYNCS sets their number.
func TestDrillKillAtRandomSyncsOfAnInstallation(t *testing.T) {
	want, _ := reference(t)
	counted := trial.New(t)
	total, _ := counted.KillAtSync(0, counted.InstallArgs()...)
	if total < 50 {
		t.Fatalf("only %d fsyncs", total)
	}
	seed := number(t, "DRILL_SEED", uint64(time.Now().UnixNano()))
	n := int(number(t, "DRILL_SYNCS", 50))
	t.Logf("DRILL_SEED=%d, %d of %d fsyncs", seed, n, total)
	for _, at := range rand.New(rand.NewPCG(seed, 0)).Perm(total)[:min(n, total)] {
		t.Run(fmt.Sprintf("fsync %d", at+1), func(t *testing.T) {
			p := trial.New(t)
			if _, killed := p.KillAtSync(at+1, p.InstallArgs()...); !killed {
				t.Logf("it ended before; the number of fsyncs varies a little")
			}
			p.Oracle(p.Install(), want)
		})
	}
}

// The instance is hurt again and again, in an order drawn by chance. DRILL_SEED repeats a run, DRILL_HURTS sets how often.
func TestDrillAcknowledgedDossiersSurviveManyKills(t *testing.T) {
	seed := number(t, "DRILL_SEED", uint64(time.Now().UnixNano()))
	n := int(number(t, "DRILL_HURTS", 60))
	t.Logf("DRILL_SEED=%d, %d hurts", seed, n)
	draw := rand.New(rand.NewPCG(seed, 0))
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
