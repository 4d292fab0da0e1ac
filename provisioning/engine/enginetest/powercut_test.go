package enginetest_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/engine/enginetest"
)

// stride thins the torn lines of the runs that were killed and resumed, of which there is one per operation.
const stride = 8

// cuts leads through some releases, one after the other.
func cuts(releases int) enginetest.PowerCut {
	p := enginetest.PowerCut{Root: "/opt/egov", Op: "install", Seed: 20260701, KillAt: -1}
	for n := range releases - 1 {
		p.Steps = append(p.Steps, once{n, sample("/opt/egov", fmt.Sprintf("1.%d.0", n))})
	}
	p.Steps = append(p.Steps, sample("/opt/egov", fmt.Sprintf("1.%d.0", releases-1)))
	return p
}

// once is the step of a release after which others come: it has nothing to say about the link when a later one has it.
type once struct {
	n int
	enginetest.Release
}

func (o once) Info() engine.Info {
	i := o.Release.Info()
	i.Name = fmt.Sprintf("release-%c", 'a'+o.n)
	return i
}

func (o once) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	changes, err := o.Release.Plan(ctx, look)
	if to, _ := look.Readlink("/opt/egov/current"); to > "releases/"+o.Version {
		changes = slices.DeleteFunc(changes, func(c engine.Change) bool { return c.ID == "switch" })
	}
	return changes, err
}

// 100,000 states, no two of them alike; DRILL_STATES asks for more.
func TestEveryPowerCutOfJournalAndReleaseSwitchIsSurvived(t *testing.T) { crashStates(t) }

func crashStates(t *testing.T) (states, resumed int) {
	t.Helper()
	want := 100_000
	if text := os.Getenv("DRILL_STATES"); text != "" {
		var err error
		if want, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seen := &enginetest.Seen{}
	try := func(what string, p enginetest.PowerCut, stride int) {
		t.Helper()
		p.Seen = seen
		res, err := p.TryAll(stride)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range res.Failures {
			t.Errorf("%s: %s", what, f)
		}
		states, resumed = states+res.States, resumed+res.Resumed
		t.Logf("%s: killed and resumed at %d operations; %d states", what, res.Points, res.States)
	}
	for releases := 2; releases == 2 || states < want && releases < 10; releases++ {
		forward, back := cuts(releases), cuts(releases)
		back.Undo = true
		try(fmt.Sprintf("run of %d releases", releases), forward, stride)
		try(fmt.Sprintf("undo of %d releases", releases), back, stride)
	}
	t.Logf("%d crash states, %d of them resumed to the end; seed %d", states, resumed, cuts(2).Seed)
	if states < want {
		t.Errorf("only %d states were tried, %d are wanted", states, want)
	}
	return states, resumed
}

func TestBrokenTwinsAreCaught(t *testing.T) {
	caught := func(t *testing.T, p enginetest.PowerCut) {
		t.Helper()
		res, err := p.Try()
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Failures) == 0 {
			t.Errorf("%d states were tried and the defect was not seen", res.States)
			return
		}
		t.Logf("caught: %s", res.Failures[0])
	}
	t.Run("a journal without its fsync", func(t *testing.T) {
		p := cuts(2)
		p.NoSync = func(path string) bool { return strings.HasSuffix(path, ".jsonl") }
		caught(t, p)
	})
	t.Run("a journal whose folder is not synced", func(t *testing.T) {
		p := cuts(2)
		p.NoSync = func(path string) bool { return path == "/opt/egov/journal" }
		caught(t, p)
	})
	t.Run("a link whose folder is not synced", func(t *testing.T) {
		p := cuts(2)
		p.NoSync = func(path string) bool { return path == "/opt/egov" }
		caught(t, p)
	})
	t.Run("a writer that renames before its fsync", func(t *testing.T) {
		p := cuts(2)
		p.Through = func(d *crash.Disk) disk.FS { return hasty{d} }
		caught(t, p)
	})
	t.Run("a resume that trusts what a killed run left in memory", func(t *testing.T) {
		points := cuts(2)
		all, err := points.Try()
		if err != nil {
			t.Fatal(err)
		}
		for at := range all.Points {
			p := cuts(2)
			p.KillAt, p.Stride = at, 1000
			p.Through = func(d *crash.Disk) disk.FS { return trusting{d} }
			if res, err := p.Try(); err != nil {
				t.Fatal(err)
			} else if len(res.Failures) > 0 {
				t.Logf("caught: %s", res.Failures[0])
				return
			}
		}
		t.Error("the defect was not seen at any point of kill")
	})
}

// hasty renames first and syncs the file afterwards.
type hasty struct{ *crash.Disk }

func (h hasty) Create(path string, mode fs.FileMode) (disk.File, error) {
	f, err := h.Disk.Create(path, mode)
	if err != nil || strings.HasSuffix(path, ".jsonl") {
		return f, err
	}
	return lazy{f}, nil
}

func (h hasty) Rename(from, to string) error {
	if err := h.Disk.Rename(from, to); err != nil {
		return err
	}
	return h.Disk.Sync(to)
}

type lazy struct{ disk.File }

func (lazy) Sync() error { return nil }

// trusting does not flush.
type trusting struct{ *crash.Disk }

func (trusting) Flush(string) error { return nil }
