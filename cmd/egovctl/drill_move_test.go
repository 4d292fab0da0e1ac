//go:build drill

package main_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// travels is an instance that goes to the next release and back.
type travels struct {
	p              *trial.Place
	in             trial.Installed
	next           trial.Release
	citizen, clerk *trial.Client
	code, agency   string // what is filed, and where
	ledger         *trial.Ledger
	snapshot       trial.Snapshot
	looks          int
}

// dossiers are there before the first client comes.
const dossiers = 10000

// travellers are the instances that wait for the next drill of moves: one for each drill that runs at a time.
var travellers struct {
	sync.Mutex
	waiting []*travels
}

// setOut is a traveller as it first was: of this release, with its dossiers and a proven backup of the day, never upgraded. It is
// this test's alone until the test ends.
func setOut(t *testing.T) *travels {
	t.Helper()
	v := rested()
	if v == nil {
		v = newcomer(t)
	} else {
		v.back(t)
	}
	t.Cleanup(func() {
		travellers.Lock()
		defer travellers.Unlock()
		travellers.waiting = append(travellers.waiting, v)
	})
	mine := *v
	mine.clients(t)
	return &mine
}

// rested is a traveller that waits; nil when all are under way.
func rested() *travels {
	travellers.Lock()
	defer travellers.Unlock()
	n := len(travellers.waiting)
	if n == 0 {
		return nil
	}
	v := travellers.waiting[n-1]
	travellers.waiting = travellers.waiting[:n-1]
	return v
}

// newcomer is one more traveller.
func newcomer(t *testing.T) *travels {
	t.Helper()
	v := &travels{p: trial.Lasting(t), next: trial.Next(t)}
	v.in = v.p.Install("--samples", strconv.Itoa(dossiers))
	v.code, v.agency = offeredOnline(t, v.p, v.in, "dang ky khai sinh")
	v.clients(t) // their sessions are in the snapshot
	v.p.Operate("backup", "create").Status(trial.Done)
	v.snapshot = v.p.Snapshot()
	return v
}

// clients lets the people of the instance speak for this test.
func (v *travels) clients(t *testing.T) {
	t.Helper()
	v.p = v.p.For(t)
	v.citizen, v.clerk = v.p.As(v.in, "citizen", ""), v.p.As(v.in, "clerk", v.agency)
}

// back makes the instance what it first was.
func (v *travels) back(t *testing.T) {
	t.Helper()
	v.p.For(t).Back(v.snapshot)
}

// rest is what a client takes between two filings where it matters that somebody files, and not how much.
const rest = 40 * time.Millisecond

// file lets clients file dossiers, of which some are received at once.
func (v *travels) file(clients int) {
	v.p.Rest = rest
	v.flood(clients)
}

// flood is file as fast as it goes.
func (v *travels) flood(clients int) {
	v.ledger = v.p.FileAndReceive(v.citizen, v.clerk, clients, v.code, v.agency)
	v.ledger.More(10)
}

func (v *travels) up() []string { return trial.UpgradeArgs(v.next) }

// amcheckEvery how many looks one goes through every page of the database.
const amcheckEvery = 8

// there brings the instance to a release, whatever it was in the middle of, and checks it: O2 to O7.
func (v *travels) there(t *testing.T, version string) {
	t.Helper()
	v.reach(t, version)
	p := v.p.For(t)
	p.MovedWhole(v.in, version, trial.Version, v.next.Version)
	if v.looks++; v.looks%amcheckEvery == 0 {
		p.Amcheck()
	}
	if v.ledger != nil {
		v.ledger.More(5)
	}
}

// reach brings the instance to a release, and once more, which changes nothing.
func (v *travels) reach(t *testing.T, version string) {
	t.Helper()
	p := v.p.For(t)
	args := trial.RollbackArgs()
	if version == v.next.Version {
		args = v.up()
	}
	for range 2 { // the second run finds nothing to do
		var m trial.Moved
		p.Operate(args...).Status(trial.Done).Result(&m)
		if m.To != version {
			t.Errorf("%+v, want %s", m, version)
		}
	}
}

// end checks that what the clients were told is true: O1, and the dear half of O5. failed says whether requests may have found
// nobody.
func (v *travels) end(t *testing.T, failed bool) map[string]int {
	t.Helper()
	entries := v.ledger.Close()
	v.ledger = nil
	p := v.p.For(t)
	until(t, "/readyz is green", func() bool { return p.Answers("/readyz", http.StatusOK) })
	counts := p.Kept(v.citizen, entries)
	received := 0
	for _, e := range entries {
		switch e.Received {
		case trial.Unknown:
			counts[trial.Unknown]++
		case trial.Acknowledged:
			received++
		}
	}
	if counts[trial.Unknown] != 0 && !failed {
		t.Errorf("%d requests failed", counts[trial.Unknown])
	}
	counts["received"] = received
	p.Amcheck()
	return counts
}

// strike kills an operation at a line.
func (v *travels) strike(t *testing.T, line string, args []string) {
	t.Helper()
	if v.p.For(t).OfInstance().KillAt([]string{line}, args...) == "" {
		t.Errorf("the line %q did not come", line)
	}
}

// Each kind of journal line of an upgrade, and of a rollback, is a place at which egovctl is killed, under live filing; the next
// run ends whole, and no request finds nobody. In a long drill it is each line.
func TestDrillKillAtEveryKindOfLineOfAMove(t *testing.T) {
	t.Parallel()
	v, seed := setOut(t), drill.Seed(t)
	draw := rand.New(rand.NewPCG(seed, 0))
	first := trial.Strikes(v.p.Operate(v.up()...).Status(trial.Done).Lines())
	down := trial.Strikes(v.p.Operate(trial.RollbackArgs()...).Status(trial.Done).Lines())
	again := trial.Strikes(v.p.Operate(v.up()...).Status(trial.Done).Lines())
	if len(first) < 35 || len(down) < 10 || len(again) < 20 {
		t.Fatalf("only %d, %d and %d lines", len(first), len(down), len(again))
	}
	acknowledged := v.onceOnly(t, first, again)

	v.back(t)
	v.file(2)
	v.there(t, v.next.Version)
	v.there(t, trial.Version)
	draw.Shuffle(len(down), func(i, k int) { down[i], down[k] = down[k], down[i] })
	struck := 0
	for i := range max(len(again), len(down)) {
		up, back := again[i%len(again)], down[i%len(down)]
		more := trial.Case(t, up+", then "+back, seed, func(t *testing.T) {
			look := []func(*testing.T, string){v.there, v.reach} // by turns after the one and after the other; in a long drill after both
			if i%2 == 1 {
				slices.Reverse(look)
			}
			if trial.Long() {
				look = []func(*testing.T, string){v.there, v.there}
			}
			v.strike(t, up, v.up())
			look[0](t, v.next.Version)
			v.strike(t, back, trial.RollbackArgs())
			look[1](t, trial.Version)
		})
		if !more {
			break
		}
		struck += 2
	}
	acknowledged += v.end(t, false)[trial.Acknowledged]
	drill.Tell(t, "DRILL_SEED=%d; lines: %d of a first upgrade, %d of one after that, %d of a rollback, each struck; %d kills one by one; "+
		"%d dossiers and %d acknowledged, 0 lost, 0 failed", seed, len(first), len(again), len(down), struck, dossiers, acknowledged)
}

// onceOnly strikes what only the first upgrade of an instance has: the release is laid down, the schemas grow, the merge. In a
// short drill one upgrade is killed at one after the other, and another one at those that did not come any more then.
func (v *travels) onceOnly(t *testing.T, first, again []string) (acknowledged int) {
	t.Helper()
	try := func(t *testing.T, lines []string) (struck []string) {
		v.back(t)
		v.file(2)
		struck = v.p.For(t).OfInstance().KillAtEach(lines, v.up()...)
		v.there(t, v.next.Version)
		acknowledged += v.end(t, false)[trial.Acknowledged]
		return struck
	}
	if trial.Long() {
		for _, line := range first {
			if !trial.Case(t, "the first upgrade at "+line, 0, func(t *testing.T) { try(t, []string{line}) }) {
				break
			}
		}
		return acknowledged
	}
	rest := slices.DeleteFunc(slices.Clone(first), func(line string) bool { return slices.Contains(again, line) })
	for round := 1; len(rest) > 0 && !t.Failed(); round++ {
		t.Run(fmt.Sprintf("the first upgrade, time %d", round), func(t *testing.T) {
			struck := try(t, rest)
			if len(struck) == 0 {
				t.Errorf("none of these lines comes: %v", rest)
			}
			t.Logf("killed %d times: %v", len(struck), struck)
			rest = slices.DeleteFunc(rest, func(line string) bool { return slices.Contains(struck, line) })
		})
	}
	return acknowledged
}

// Five cycles under live filing and receiving with 10,000 acknowledged in all: 0 lost, 0 twice, 0 failed requests; in a long drill
// ten times that. DRILL_CYCLES and DRILL_FILED set other numbers.
func TestDrillCyclesUnderLiveFiling(t *testing.T) {
	cycles, filed := int(drill.Number(t, "DRILL_CYCLES", 5)), int(drill.Number(t, "DRILL_FILED", 10000))
	times := 1
	if trial.Long() {
		times = 10
	}
	for n := range times {
		if !trial.Case(t, fmt.Sprintf("%d: %d cycles, %d filed", n, cycles, filed), 0, func(t *testing.T) { cycled(t, cycles, filed) }) {
			break
		}
	}
}

func cycled(t *testing.T, cycles, filed int) {
	v := setOut(t)
	v.flood(4)
	for range cycles {
		moved(t, v.p.Upgrade(v.next), "upgraded", trial.Version, v.next.Version)
		v.ledger.More(filed / cycles / 2)
		moved(t, v.p.Rollback(), "rolled_back", v.next.Version, trial.Version)
		v.ledger.More(filed / cycles / 2)
	}
	slowest := v.ledger.Slowest()
	counts := v.end(t, false)
	if counts[trial.Acknowledged] < filed {
		t.Errorf("only %d were acknowledged", counts[trial.Acknowledged])
	}
	v.p.MovedWhole(v.in, trial.Version, trial.Version, v.next.Version)
	v.p.Checksums()
	drill.Tell(t, "%d filed and %d received acknowledged beside %d, %d refused; 0 lost, 0 twice, %d failed; the slowest answer took %d ms",
		counts[trial.Acknowledged], counts["received"], dossiers, counts[trial.Denied], counts[trial.Unknown], slowest.Milliseconds())
}

// Random fsyncs of an upgrade and of a rollback. DRILL_SEED repeats a run, DRILL_SYNCS sets their number.
func TestDrillKillAtRandomSyncsOfAMove(t *testing.T) {
	t.Parallel()
	few := uint64(3)
	if trial.Long() {
		few = 1000
	}
	seed, n := drill.Seed(t), int(drill.Number(t, "DRILL_SYNCS", few))
	v := setOut(t)
	v.file(1)
	commit := []string{"upgrade", "commit", "--yes", "-o", "json"}
	v.p.Operate(trial.UpgradeArgs(v.next, "--stage")...).Status(trial.Done)
	up, _ := v.p.Of(v.next.Version).KillAtSync(0, commit...)
	down, _ := v.p.Of(v.next.Version).KillAtSync(0, trial.RollbackArgs()...)
	if up < 20 || down < 8 {
		t.Fatalf("only %d and %d fsyncs", up, down)
	}
	draw, done := rand.New(rand.NewPCG(seed, 0)), 0
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
		done += 2
	}
	counts := v.end(t, false)
	drill.Tell(t, "DRILL_SEED=%d; %d random fsyncs of %d and %d, 0 lost of %d acknowledged; %s", seed, done, up, down, counts[trial.Acknowledged], bound(done))
}

// bound is what so many cases without a failure say of the rate of failures: the rule of three.
func bound(n int) string {
	if n == 0 {
		return "nothing is known of the rate of failures"
	}
	return fmt.Sprintf("the rate of failures is below %.2g with a confidence of 95 %%", min(1, 3/float64(n)))
}

// The tests of every service of this release pass on the schema of the next one. It takes no other host, but minutes.
func TestHostDrillEveryServiceOfThisReleaseWorksOnTheNextSchema(t *testing.T) {
	worksOnTheNextSchema(t, "./platform/services/...")
}
