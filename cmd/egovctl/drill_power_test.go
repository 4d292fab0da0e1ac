//go:build drill

package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// outage is one cut of the power: during which operation, at which of its lines or when else.
type outage struct {
	during string                    // upgrade, rollback, backup; "" while nothing but filing goes on
	at     func(e trial.Event) bool  // a line at which it comes; nil for none
	after  time.Duration             // how long after that line, or after the beginning
	when   func(p *trial.Place) bool // what must have come to be on the disk besides; nil for nothing
}

// Ten cuts of the power (DRILL_CUTS sets another number, DRILL_SEED repeats a run), under live filing, at the switch of
// releases, in the merge, at the manifest of a backup, at any line of the journal and at any moment. Nothing that was
// acknowledged is lost, no line of the journal that was told, and the next run ends whole.
func TestDrillPowerCuts(t *testing.T) {
	t.Parallel()
	few := uint64(10)
	if trial.Long() {
		few = 300
	}
	seed, n := drill.Seed(t), int(drill.Number(t, "DRILL_CUTS", few))
	t.Logf("DRILL_SEED=%d, %d cuts", seed, n)
	for round := 0; round*10 < n; round++ {
		if !trial.Case(t, fmt.Sprintf("round %d", round), seed, func(t *testing.T) { tenOutages(t, seed+uint64(round), min(10, n-round*10), round == 0) }) { //nolint:gosec // a small number
			return
		}
	}
}

func tenOutages(t *testing.T, seed uint64, n int, controls bool) {
	draw := rand.New(rand.NewPCG(seed, 0))
	p, image := trial.New(t).OnImage(8000)
	v := &travels{p: p, next: trial.Next(t)}
	v.in = p.Install()
	code, agency := offeredOnline(t, p, v.in, "dang ky khai sinh")
	v.citizen = p.As(v.in, "citizen", "")
	p.Rest = rest
	v.ledger = p.FileDossiers(v.citizen, 2, code, agency)
	v.ledger.More(10)
	for i, o := range outages(draw)[:n] {
		t.Run(fmt.Sprintf("%d %s", i, o.during), func(t *testing.T) { o.suffer(t, v, image) })
	}
	counts := v.end(t, true)
	defer func() {
		drill.Tell(t, "DRILL_SEED=%d; %d cuts of the power and one in a restore: 0 of %d acknowledged and 0 lines of the journal lost", seed, n, counts[trial.Acknowledged])
	}()
	t.Run("a restore", func(t *testing.T) { outageOfARestore(t, v, image, code, agency, within(draw, 400*time.Millisecond)) })
	if !controls {
		return
	}
	t.Run("control: a database that does not wait for the disk loses what was acknowledged", func(t *testing.T) {
		p := p.For(t)
		super(t, p, "alter system set synchronous_commit = off", "alter system set wal_writer_delay = '10s'", "select pg_reload_conf()")
		acknowledged := p.File("Control", v.citizen, 40, code, agency)
		image.For(p).Cut()
		p.Operate("start", "--yes").Status(trial.Done)
		lost, of := p.Lost(acknowledged)
		drill.Tell(t, "%d of %d acknowledged are lost", lost, of)
		if of == 0 || lost == 0 {
			t.Error("a loss would not be seen")
		}
	})
	t.Run("control: a program that does not wait for the disk loses lines of its journal", func(t *testing.T) {
		p := p.For(t)
		lines := outage{during: "backup", at: kind("change_started set")}.cut(t, p.Unsynced(), v, image.For(p))
		if missing := p.Untold(lines); len(missing) == 0 {
			t.Errorf("a loss would not be seen: all of %d lines are there", len(lines))
		} else {
			drill.Tell(t, "%d of %d lines are lost", len(missing), len(lines))
		}
	})
}

// outages are ten, of which three are where they hurt most and the others drawn.
func outages(draw *rand.Rand) []outage {
	line := func(most int) func(trial.Event) bool { return nth(1 + draw.IntN(most)) }
	return []outage{
		{during: "upgrade", at: kind("change_started merge"), after: within(draw, 800*time.Millisecond)},
		{during: "rollback", at: kind("change_started swap")},
		{during: "upgrade", at: kind("change_done swap")},
		{during: "backup", when: manifestUnderWay},
		{during: "rollback", at: line(12)},
		{during: "upgrade", at: line(40)},
		{during: "rollback", after: within(draw, 500*time.Millisecond)},
		{during: "upgrade", after: within(draw, 1200*time.Millisecond)},
		{during: "", after: within(draw, 2*time.Second)},
		{during: "backup", after: within(draw, time.Second)},
	}
}

func within(draw *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(draw.Int64N(int64(most)))
}

// outageOfARestore cuts the power while the side that was built aside takes the place of the one that works.
func outageOfARestore(t *testing.T, v *travels, image *trial.Image, code, agency string, after time.Duration) {
	p := v.p.For(t)
	filed := p.File("Before the restore", v.citizen, 20, code, agency)
	var set backedUp
	p.Operate("backup", "create", "-o", "json").Status(trial.Done).Result(&set)
	restore := []string{"backup", "restore", set.Path, "-o", "json"}
	l := p.OfInstance().Begin(restore...)
	l.Until(kind("change_started exchange"))
	time.Sleep(after)
	image.For(p).Cut()
	lines := told(l.Wait().Stdout)
	if missing := p.Untold(lines); len(missing) > 0 {
		t.Errorf("lines of the journal were told and are lost: %+v", missing)
	}
	var end backedUp
	p.Operate(restore...).Status(trial.Done).Result(&end)
	if end.Status != "restored" && end.Status != "unchanged" {
		t.Errorf("the next run says %+v", end)
	}
	p.Operate("start", "--yes").Status(trial.Done)
	if lost, of := p.Lost(filed); lost > 0 || of < 20 {
		t.Errorf("%d of %d are lost", lost, of)
	}
	p.MoveOracle(v.in, p.Current(), trial.Version, v.next.Version)
	p.Operate("backup", "restore", "--confirm").Status(trial.Done)
	t.Logf("cut %s after %q", after.Round(time.Millisecond), lines[len(lines)-1].Kind())
}

func kind(want string) func(trial.Event) bool {
	return func(e trial.Event) bool { return e.Kind() == want }
}

// nth is the n-th line of the journal that comes.
func nth(n int) func(trial.Event) bool {
	return func(e trial.Event) bool {
		if e.Seq > 0 {
			n--
		}
		return n == 0
	}
}

// manifestUnderWay reports whether the manifest of a backup is being written, or was a moment ago.
func manifestUnderWay(p *trial.Place) bool {
	for _, draft := range []string{".*", "*"} {
		found, _ := filepath.Glob(p.At("backups", draft, "*manifest.json*")) // the pattern is sound
		if slices.ContainsFunc(found, func(path string) bool { return strings.HasPrefix(filepath.Base(filepath.Dir(path)), ".") }) {
			return true
		}
	}
	return false
}

// suffer cuts the power, and checks what is left: O2 to O7, and the lines of the journal. O1 comes at the end, see travels.
func (o outage) suffer(t *testing.T, v *travels, image *trial.Image) {
	p := v.p.For(t)
	target := map[string]string{"upgrade": v.next.Version, "rollback": trial.Version, "backup": p.Current(), "": p.Current()}[o.during]
	began := time.Now()
	lines := o.cut(t, p, v, image.For(p))
	for _, e := range p.Untold(lines) {
		t.Errorf("the line %d:%d %s was told and is lost", e.Run, e.Seq, e.Kind())
	}
	dark := time.Now()
	p.Operate("start", "--yes").Status(trial.Done)
	up := time.Now()
	if o.during == "backup" {
		p.Operate("backup", "create", "-o", "json").Status(trial.Done)
		p.Operate("backup", "list").Status(trial.Done)
	}
	v.there(t, target)
	last := ""
	if len(lines) > 0 {
		last = lines[len(lines)-1].Kind()
	}
	t.Logf("cut after %q (line %d): %s to the cut, %s to start, %s to be whole and checked", last, len(lines),
		dark.Sub(began).Round(time.Millisecond), up.Sub(dark).Round(time.Millisecond), time.Since(up).Round(time.Millisecond))
}

// cut cuts the power during the operation and returns the lines that it had told until then.
func (o outage) cut(t *testing.T, p *trial.Place, v *travels, image *trial.Image) []trial.Event {
	t.Helper()
	args := map[string][]string{
		"upgrade": trial.UpgradeArgs(v.next), "rollback": trial.RollbackArgs(), "backup": {"backup", "create", "-o", "json"}, "": nil,
	}[o.during]
	if args == nil {
		time.Sleep(o.after)
		image.Cut()
		return nil
	}
	l := p.OfInstance().Begin(args...)
	if o.at != nil {
		l.Until(o.at) // at its end when no such line came
	}
	for tries := 1; o.when != nil && !o.when(p); time.Sleep(200 * time.Microsecond) {
		if l.Runs() {
			continue
		}
		l.Wait().Status(trial.Done) // the moment is short, and we may look away
		if tries++; tries > 10 {
			t.Fatal("the moment did not come")
		}
		l = p.OfInstance().Begin(args...)
	}
	time.Sleep(o.after)
	image.Cut()
	return told(l.Wait().Stdout)
}

// told are the lines of the journal that a command printed, whole ones alone.
func told(stdout string) (out []trial.Event) {
	for text := range strings.Lines(stdout) {
		var e trial.Event
		if strings.HasSuffix(text, "}\n") && json.Unmarshal([]byte(text), &e) == nil && e.Seq > 0 {
			out = append(out, e)
		}
	}
	return out
}

func super(t *testing.T, p *trial.Place, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn := p.Super(ctx)
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}
