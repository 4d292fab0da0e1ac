package engine_test

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
)

// notes is a step that makes one file per id in ROOT. Its hooks let a test stand in the way.
type notes struct {
	name   string
	root   string
	ids    []string
	action string // of its changes; "" is create
	info   func(*engine.Info)
	before string                                     // the step that must come first
	apply  func(ctx context.Context, id string) error // before the file is written
	undo   func(id string) error
	forget bool // never satisfied: Plan always lists the last id
}

func (n *notes) Info() engine.Info {
	i := engine.Info{Name: n.name, Title: "test." + n.name, Touches: []string{"notes"}, Reversible: true}
	if n.info != nil {
		n.info(&i)
	}
	return i
}

func (n *notes) path(id string) string { return filepath.Join(n.root, n.name+"-"+id) }

func (n *notes) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	if n.before != "" {
		if _, err := look.Stat(filepath.Join(n.root, n.before)); errors.Is(err, fs.ErrNotExist) {
			step, _, _ := cutDash(n.before)
			return nil, engine.After(step, engine.Change{ID: n.ids[0], Action: "create", Target: n.path(n.ids[0])})
		}
	}
	var out []engine.Change
	for i, id := range n.ids {
		_, err := look.Stat(n.path(id))
		if errors.Is(err, fs.ErrNotExist) || (n.forget && i == len(n.ids)-1) {
			out = append(out, engine.Change{ID: id, Action: cmp.Or(n.action, "create"), Target: n.path(id)})
		} else if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func cutDash(s string) (string, string, bool) {
	for i := range s {
		if s[i] == '-' {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func (n *notes) Apply(ctx context.Context, on engine.Host, c engine.Change, say engine.Progress) error {
	if n.apply != nil {
		if err := n.apply(ctx, c.ID); err != nil {
			return err
		}
	}
	say(1, 1, "files")
	return on.WriteFile(c.Target, []byte(n.name+" "+c.ID), 0o600)
}

func (n *notes) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if n.undo != nil {
		if err := n.undo(c.ID); err != nil {
			return err
		}
	}
	return on.Remove(c.Target)
}

// bench is a ROOT with a runner on the real disk.
type bench struct {
	root   string
	events []engine.Event
	o      engine.Options
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{root: filepath.Join(t.TempDir(), "egov")}
	b.o = engine.Options{Root: b.root, Release: "1.0.0", Host: host.NewLocal(),
		Events: func(e engine.Event) { b.events = append(b.events, e) }}
	return b
}

func (b *bench) run(ctx context.Context, steps ...engine.Step) (engine.Outcome, error) {
	return engine.New(b.o).Run(ctx, "install", steps)
}

// journaled lists the events that are in the journal, as "event step change".
func (b *bench) journaled() []string {
	var out []string
	for _, e := range b.events {
		if e.Seq > 0 {
			s := e.Event
			if e.Step != "" {
				s += " " + e.Step
			}
			if e.Change != "" {
				s += " " + e.Change
			}
			out = append(out, s)
		}
	}
	return out
}

func (b *bench) history(t *testing.T) []engine.Run {
	t.Helper()
	runs, err := engine.History(b.root)
	if err != nil {
		t.Fatalf("history: %v", err)
	}
	for _, r := range runs {
		if len(r.Damage) > 0 {
			t.Fatalf("run %d is damaged: %v", r.Number, r.Damage)
		}
	}
	return runs
}

func wantCode(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if err == nil || fault.CodeOf(err) != code || fault.From(err).Key != key {
		t.Fatalf("got %v, want %s %s", err, code, key)
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := host.NewLocal().ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	slices.Sort(out)
	return out
}
