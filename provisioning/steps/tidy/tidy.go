// Package tidy removes the releases that no rollback can go back to any more. The one that runs and the one before stay, and
// so does one whose PostgreSQL the data are served by.
package tidy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step removes all releases but those of keep.
type Step struct {
	site instance.Site
	keep []string
}

// New makes the step; keep are versions.
func New(site instance.Site, keep ...string) *Step { return &Step{site, keep} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "tidy", Title: "step.tidy", Touches: []string{"releases"}, Why: "step.tidy.gone"}
}

// Plan lists what else lies there, also what a cut left of a release that was being laid down.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	entries, err := look.ReadDir(s.site.Root.Releases())
	if err != nil {
		return nil, fmt.Errorf("list releases: %w", err)
	}
	var changes []engine.Change
	keep := append(s.site.PostgresFrom(), s.keep...)
	for _, e := range entries {
		if !slices.Contains(keep, e.Name()) {
			path := filepath.Join(s.site.Root.Releases(), e.Name())
			changes = append(changes, engine.Change{ID: e.Name(), Action: "remove", Target: path})
		}
	}
	return changes, nil
}

// Apply removes one. It leaves its place in one act first: half a release there would be a damaged one, which cannot be laid down
// again. What a cut leaves under the other name is removed by the next run.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	gone := filepath.Join(filepath.Dir(c.Target), ".gone")
	if c.Target == gone {
		return on.RemoveAll(gone)
	}
	if err := on.RemoveAll(gone); err != nil {
		return err
	}
	if err := on.Rename(c.Target, gone); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return on.RemoveAll(gone)
}

// Undo cannot bring it back; nothing needs it.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
