// Package staged marks the release that was laid down for an upgrade and waits for its commit.
package staged

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Of is the version that waits; "" when none does.
func Of(look engine.Reader, root instance.Root) (string, error) {
	to, err := look.Readlink(root.Staged())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look at the staged release: %w", err)
	}
	return filepath.Base(to), nil
}

// Step marks the release of the site's version.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "staged", Title: "step.staged", Touches: []string{"releases"}, Reversible: true}
}

// Plan asks for the mark when it is missing or on another release.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	have, err := Of(look, s.site.Root)
	if err != nil || have == s.site.Version {
		return nil, err
	}
	return []engine.Change{{ID: s.site.Version, Action: "create", Target: s.site.Root.Staged()}}, nil
}

// Apply makes the mark.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	return on.Symlink(s.site.Version, c.Target)
}

// Undo takes it away.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	return on.Remove(c.Target)
}
