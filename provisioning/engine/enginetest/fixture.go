// Package enginetest is the inspection that every step on the street passes, and the one that tries every state in which
// a power cut may leave the disk. It needs no register and no instance: a test hands it a step and a host.
package enginetest

import (
	"context"
	"io/fs"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
)

// Fixture is a step on a host that knows nothing of it yet.
type Fixture struct {
	Step   engine.Step
	Before []engine.Step // steps that are done first, so that Step can look
	Host   engine.Host
	Root   string   // ROOT; its journal is not part of what is compared
	Trees  []string // files and folders that Step may touch; ROOT when empty
	Disk   disk.FS  // where the journal lies; the real disk when nil

	// State describes what Step changes beside files (an account, roles of a database); compared like a file.
	State func(t *testing.T) string
	// Varies tells the files whose content differs from run to run (a random password, a database): only their being
	// there and their mode are compared, and of a folder's content nothing when it varies.
	Varies func(path string) bool
	// Secrets must not be found in the journal.
	Secrets []string
	// Costly is for steps of a second and more: only the cut right after the journal has the change and the cut right
	// after Apply are tried, not one at every operation on the host.
	Costly bool
	// Release is called when the fixture is done with, to stop what was started.
	Release func()
}

func (f Fixture) run(o engine.Options) error {
	_, err := engine.New(o).Run(context.Background(), "inspect", f.steps())
	return err
}

func (f Fixture) steps() []engine.Step { return []engine.Step{f.Step} }

func (f Fixture) options() engine.Options {
	return engine.Options{Root: f.Root, Release: "0.0.0-test", Host: f.Host, Disk: f.Disk}
}

// prepare makes ROOT as every run finds it, and does the steps that come before.
func (f Fixture) prepare(t *testing.T) {
	t.Helper()
	for _, dir := range []struct {
		path string
		mode fs.FileMode
	}{{f.Root, 0o755}, {engine.FolderOf(f.Root), 0o750}} {
		if err := f.Host.MkdirAll(dir.path, dir.mode); err != nil {
			t.Fatalf("prepare: %v", err)
		}
	}
	if len(f.Before) == 0 {
		return
	}
	if _, err := engine.New(f.options()).Run(context.Background(), "prepare", f.Before); err != nil {
		t.Fatalf("prepare: %v", err)
	}
}

// look takes the picture that is compared: every file of the trees, and the state beside them.
func (f Fixture) look(t *testing.T) map[string]string {
	t.Helper()
	trees := f.Trees
	if len(trees) == 0 {
		trees = []string{f.Root}
	}
	skip := func(path string) bool { return path == engine.FolderOf(f.Root) }
	picture, err := Picture(f.Host, f.Root, trees, skip, f.Varies)
	if err != nil {
		t.Fatalf("look at the host: %v", err)
	}
	if f.State != nil {
		picture["(state)"] = f.State(t)
	}
	return picture
}
