// Package recover lays what a set holds of etc on a host that has nothing of it: the secrets, and whom the instance trusts.
package recover

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step lays it.
type Step struct {
	site  instance.Site
	files map[string]backup.File // by path below ROOT
}

// New makes the step.
func New(site instance.Site, files map[string]backup.File) *Step { return &Step{site, files} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "recover", Title: "step.recover", Touches: []string{"etc"}, Reversible: true}
}

// Plan asks for each file that is not there.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	var changes []engine.Change
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		target := filepath.Join(string(s.site.Root), path)
		_, err := look.Stat(target)
		if errors.Is(err, fs.ErrNotExist) {
			changes = append(changes, engine.Change{ID: path, Action: "create", Target: target})
		} else if err != nil {
			return nil, fmt.Errorf("look at %s: %w", target, err)
		}
	}
	return changes, nil
}

// Apply writes one. Its owner is set before its name stands: what stands is whole.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	f, aside := s.files[c.ID], filepath.Join(filepath.Dir(c.Target), "."+filepath.Base(c.Target)+".recovered")
	if err := on.MkdirAll(filepath.Dir(c.Target), 0o700); err != nil {
		return err
	}
	if err := on.WriteFile(aside, f.Content, f.Mode); err != nil {
		return err
	}
	if err := s.site.Own(on, aside); err != nil {
		return err
	}
	return on.Rename(aside, c.Target)
}

// Undo removes it, and what a cut left beside it.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if err := on.Remove(filepath.Join(filepath.Dir(c.Target), "."+filepath.Base(c.Target)+".recovered")); err != nil {
		return err
	}
	return on.Remove(c.Target)
}
