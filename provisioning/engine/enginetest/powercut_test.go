package enginetest_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/engine/enginetest"
)

// stride thins the torn lines of the runs that were killed and resumed, of which there is one per operation.
const stride = 16

func cuts() enginetest.PowerCut {
	older := renamed{sample("/opt/egov", "1.0.0")}
	return enginetest.PowerCut{Root: "/opt/egov", Op: "install", Seed: 20260701, KillAt: -1,
		Steps: []engine.Step{once{older}, sample("/opt/egov", "1.1.0")}}
}

// once has nothing to say about the link when the newer release has it.
type once struct{ renamed }

func (o once) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	changes, err := o.renamed.Plan(ctx, look)
	if to, _ := look.Readlink("/opt/egov/current"); to == "releases/1.1.0" {
		changes = slices.DeleteFunc(changes, func(c engine.Change) bool { return c.ID == "switch" })
	}
	return changes, err
}

func TestEveryPowerCutOfJournalAndReleaseSwitchIsSurvived(t *testing.T) {
	states, resumed := 0, 0
	try := func(what string, p enginetest.PowerCut) enginetest.Result {
		t.Helper()
		res, err := p.Try()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, f := range res.Failures {
			t.Errorf("%s: %s", what, f)
		}
		states, resumed = states+res.States, resumed+res.Resumed
		return res
	}
	forward, back := cuts(), cuts()
	back.Undo = true
	for what, p := range map[string]enginetest.PowerCut{"run": forward, "undo": back} {
		points := try(what, p).Points
		for at := range points {
			killed := p
			killed.KillAt, killed.Stride = at, stride
			try(fmt.Sprintf("%s killed before operation %d", what, at), killed)
		}
		t.Logf("%s: killed and resumed at %d operations", what, points)
	}
	t.Logf("%d crash states, %d of them resumed to the end; seed %d", states, resumed, forward.Seed)
	if states < 100_000 {
		t.Errorf("only %d states were tried, 100000 are wanted", states)
	}
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
		p := cuts()
		p.NoSync = func(path string) bool { return strings.HasSuffix(path, ".jsonl") }
		caught(t, p)
	})
	t.Run("a journal whose folder is not synced", func(t *testing.T) {
		p := cuts()
		p.NoSync = func(path string) bool { return path == "/opt/egov/journal" }
		caught(t, p)
	})
	t.Run("a link whose folder is not synced", func(t *testing.T) {
		p := cuts()
		p.NoSync = func(path string) bool { return path == "/opt/egov" }
		caught(t, p)
	})
	t.Run("a writer that renames before its fsync", func(t *testing.T) {
		p := cuts()
		p.Through = func(d *crash.Disk) disk.FS { return hasty{d} }
		caught(t, p)
	})
	t.Run("a resume that trusts what a killed run left in memory", func(t *testing.T) {
		points := cuts()
		all, err := points.Try()
		if err != nil {
			t.Fatal(err)
		}
		for at := range all.Points {
			p := cuts()
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
