package wire

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/staged"
	"egovctl/templates"
)

// A run that stopped part-way is unfinished until a later one took it up; damage is told, never hidden.
func TestRunsBecomeHistory(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	started := []engine.Line{{Event: engine.ChangeStarted}}
	damage := []*fault.Error{fault.New(fault.Finding, "engine.damage.line", "line", 2)}
	items := (&Env{Texts: texts, Lang: locale.English}).runsOf([]engine.Run{
		{Number: 1, Operation: "install", State: engine.Cut, Lines: started},
		{Number: 2, Operation: "start", Started: at, State: engine.Done, Lines: started},
		{Number: 3, Operation: "install", Started: at, State: engine.Done, Changes: 31, Resumes: []int{1}, Lines: started},
		{Number: 4, Operation: "upgrade", Started: at, State: engine.Stopped, Risks: []string{"upgrade.unproven"}, Lines: started},
		{Number: 5, Operation: "start", Started: at, State: engine.Failed, Damage: damage},
	})
	if items[0].ResumedBy != 3 || items[0].Unfinished || !items[3].Unfinished || items[4].Unfinished || len(items[3].Risks) != 1 {
		t.Errorf("%+v", items)
	}
	if items[0].Started != nil || items[4].Damage[0] != "Line 2 is not as it was written." || items[1].Damage == nil || items[1].Resumes == nil {
		t.Errorf("%+v", items)
	}
}

// What runs now is told from what was cut by the lock: the journal of both has no last word.
func TestTheRunOfWhoHoldsTheLockIsRunning(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	env := &Env{Texts: texts, Lang: locale.English, Flags: Flags{Root: root}}
	told := func(step string, want ...string) {
		t.Helper()
		items, err := env.Runs()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range items {
			got = append(got, fmt.Sprint(i.State, " ", i.Unfinished))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", step, diff)
		}
	}
	site := func(version string) instance.Site { return instance.Site{Root: instance.Root(root), Version: version} }
	if err := os.MkdirAll(filepath.Join(root, "releases"), 0o755); err != nil {
		t.Fatal(err)
	}
	o := engine.Options{Root: root, Release: "1", Host: host.NewLocal(), Clock: clock.System{}}
	// A copy of the journal as it stands in the middle of the first run is what a kill leaves there.
	var journal, left string
	o.Events = func(e engine.Event) {
		if e.Event != engine.ChangeDone {
			return
		}
		told("in the middle", "running false")
		files, err := filepath.Glob(filepath.Join(root, "journal", "*-upgrade.jsonl"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		raw, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		journal, left = files[0], string(raw)
	}
	if _, err := engine.New(o).Run(t.Context(), "upgrade", []engine.Step{staged.New(site("2"))}); err != nil {
		t.Fatal(err)
	}
	told("when it has ended", "done false")
	if err := os.WriteFile(journal, []byte(left), 0o640); err != nil {
		t.Fatal(err)
	}
	told("when it was killed", "cut true")
	lock, err := engine.Acquire(root, "upgrade", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Release() }()
	told("while another has the lock and has written nothing", "cut true")
}
