//go:build drill

package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
)

// travels is an instance that goes to the next release and back under live filing.
type travels struct {
	p       *trial.Place
	in      trial.Installed
	next    trial.Release
	ledger  *trial.Ledger
	citizen *trial.Client
}

func newTravels(t *testing.T, clients int) *travels {
	t.Helper()
	v := &travels{p: trial.New(t), next: trial.Next(t)}
	v.in = v.p.Install()
	code, agency := offeredOnline(t, v.p, v.in, "dang ky khai sinh")
	v.citizen = v.p.As(v.in, "citizen", "")
	v.ledger = v.p.FileDossiers(v.citizen, clients, code, agency)
	v.ledger.More(10)
	return v
}

// there brings the instance to a release, whatever it was in the middle of, and checks it: O2 to O7.
func (v *travels) there(t *testing.T, version string) {
	t.Helper()
	p := v.p.For(t)
	args := trial.RollbackArgs()
	if version == v.next.Version {
		args = trial.UpgradeArgs(v.next)
	}
	for range 2 { // the second run finds nothing to do
		var m trial.Moved
		p.Operate(args...).Status(trial.Done).Result(&m)
		if m.To != version {
			t.Errorf("%+v, want %s", m, version)
		}
	}
	p.MoveOracle(v.in, version, trial.Version, v.next.Version)
	v.ledger.More(5)
}

// end checks that what the clients were told is true: O1. failed says whether requests may have found nobody.
func (v *travels) end(t *testing.T, failed bool) map[string]int {
	t.Helper()
	entries := v.ledger.Close()
	p := v.p.For(t)
	until(t, "/readyz is green", func() bool { return p.Answers("/readyz", http.StatusOK) })
	counts := p.Kept(v.citizen, entries)
	if counts[trial.Unknown] != 0 && !failed {
		t.Errorf("%d requests failed: %v", counts[trial.Unknown], v.ledger.Last())
	}
	t.Logf("%v", counts)
	return counts
}

// Each kind of journal line of an upgrade, and of a rollback, is a place at which egovctl is killed; the next run ends whole,
// and no request finds nobody.
func TestDrillKillAtEveryKindOfLineOfAMove(t *testing.T) {
	v := newTravels(t, 2)
	up := trial.Kinds(v.p.Operate(trial.UpgradeArgs(v.next)...).Status(trial.Done).Lines())
	down := trial.Kinds(v.p.Operate(trial.RollbackArgs()...).Status(trial.Done).Lines())
	if len(up) < 20 || len(down) < 8 {
		t.Fatalf("only %d and %d kinds of lines", len(up), len(down))
	}
	for _, kind := range up {
		trial.Case(t, "upgrade, "+kind, 0, func(t *testing.T) {
			v.there(t, trial.Version)
			v.p.For(t).OfInstance().KillAt([]string{kind}, trial.UpgradeArgs(v.next)...)
			v.there(t, v.next.Version)
		})
	}
	for _, kind := range down {
		trial.Case(t, "rollback, "+kind, 0, func(t *testing.T) {
			v.there(t, v.next.Version)
			v.p.For(t).OfInstance().KillAt([]string{kind}, trial.RollbackArgs()...)
			v.there(t, trial.Version)
		})
	}
	v.end(t, false)
}

// What runs is killed while the schemas grow and while the platforms change over.
func TestDrillKillOfWhatRunsDuringAMove(t *testing.T) {
	v := newTravels(t, 2)
	victims := map[string]func(t *testing.T, p *trial.Place){
		"the platform":            func(t *testing.T, p *trial.Place) { kill(t, p.Process("serve")) },
		"the supervisor":          func(t *testing.T, p *trial.Place) { kill(t, p.Process("supervise")) },
		"the postmaster":          func(t *testing.T, p *trial.Place) { kill(t, p.Process("-D")) },
		"a backend of PostgreSQL": func(t *testing.T, p *trial.Place) { kill(t, backend(t, p)) },
	}
	for name, strike := range victims {
		for _, at := range []string{"change_started schema", "change_started swap", "change_done swap"} {
			trial.Case(t, name+" at "+at, 0, func(t *testing.T) {
				p := v.p.For(t)
				l := p.OfInstance().Begin(trial.UpgradeArgs(v.next)...)
				if _, came := l.Until(func(e trial.Event) bool { return e.Kind() == at }); came {
					strike(t, p)
				}
				o := l.Wait()
				t.Logf("exit %d, current is %s", o.Exit, p.Current())
				p.Operate("start", "--yes").Status(trial.Done)
				v.there(t, v.next.Version)
				v.there(t, trial.Version)
			})
		}
	}
	v.end(t, true)
}

// Five cycles under live filing with 10,000 acknowledged in all: 0 lost, 0 twice, 0 failed requests. DRILL_CYCLES and
// DRILL_FILED set other numbers.
func TestDrillCyclesUnderLiveFiling(t *testing.T) {
	cycles, filed := int(number(t, "DRILL_CYCLES", 5)), int(number(t, "DRILL_FILED", 10000))
	v := newTravels(t, 4)
	for range cycles {
		moved(t, v.p.Upgrade(v.next), "upgraded", trial.Version, v.next.Version)
		v.ledger.More(filed / cycles / 2)
		moved(t, v.p.Rollback(), "rolled_back", v.next.Version, trial.Version)
		v.ledger.More(filed / cycles / 2)
	}
	if counts := v.end(t, false); counts[trial.Acknowledged] < filed {
		t.Errorf("only %d were acknowledged", counts[trial.Acknowledged])
	}
	v.p.MoveOracle(v.in, trial.Version, trial.Version, v.next.Version)
	v.p.Checksums()
}

// Random fsyncs of an upgrade and of a rollback. DRILL_SEED repeats a run, DRILL_SYNCS sets their number.
func TestDrillKillAtRandomSyncsOfAMove(t *testing.T) {
	seed, n := number(t, "DRILL_SEED", uint64(time.Now().UnixNano())), int(number(t, "DRILL_SYNCS", 20))
	v := newTravels(t, 1)
	commit := []string{"upgrade", "commit", "--yes", "-o", "json"}
	v.p.Operate(trial.UpgradeArgs(v.next, "--stage")...).Status(trial.Done)
	up, _ := v.p.Of(v.next.Version).KillAtSync(0, commit...)
	down, _ := v.p.Of(v.next.Version).KillAtSync(0, trial.RollbackArgs()...)
	t.Logf("DRILL_SEED=%d, %d of %d and %d fsyncs", seed, n, up, down)
	if up < 20 || down < 8 {
		t.Fatalf("only %d and %d fsyncs", up, down)
	}
	draw := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		at, back := 1+draw.IntN(up), 1+draw.IntN(down)
		more := trial.Case(t, fmt.Sprintf("%d: fsync %d and %d", i, at, back), seed, func(t *testing.T) {
			p := v.p.For(t)
			p.Operate(trial.UpgradeArgs(v.next, "--stage")...).Status(trial.Done)
			p.Of(v.next.Version).KillAtSync(at, commit...)
			v.there(t, v.next.Version)
			p.Of(v.next.Version).KillAtSync(back, trial.RollbackArgs()...)
			v.there(t, trial.Version)
		})
		if !more {
			break
		}
	}
	v.end(t, false)
}

// The tests of every service of this release pass on the schema of the next one.
func TestDrillEveryServiceOfThisReleaseWorksOnTheNextSchema(t *testing.T) {
	worksOnTheNextSchema(t, "./platform/services/...")
}
