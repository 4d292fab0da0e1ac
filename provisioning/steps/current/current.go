// Package current points the name current at the release of an installation. Which release runs is changed by an upgrade
// or a rollback alone: see package swap.
package current

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes the link.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "current", Title: "step.current", Touches: []string{"current"}, Reversible: true}
}

// Plan asks for the link when there is none. Fault: refused "release.other" when another release runs here.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	have, err := look.Readlink(s.site.Root.Current())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []engine.Change{{ID: "current", Action: "create", Target: s.site.Root.Current()}}, nil
	case err != nil:
		return nil, fmt.Errorf("look at current: %w", err)
	case have != s.site.Root.Link(s.site.Version):
		return nil, fault.New(fault.Refused, "release.other", "runs", filepath.Base(have), "carries", s.site.Version)
	}
	return nil, nil
}

// Apply makes it.
func (s *Step) Apply(_ context.Context, on engine.Host, _ engine.Change, _ engine.Progress) error {
	return on.Symlink(s.site.Root.Link(s.site.Version), s.site.Root.Current())
}

// Undo removes it, wherever upgrades have led it since.
func (s *Step) Undo(_ context.Context, on engine.Host, _ engine.Change) error {
	return on.Remove(s.site.Root.Current())
}
