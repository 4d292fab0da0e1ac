// Package units writes the systemd units of an instance: the front door, the platform behind it, and its PostgreSQL,
// which goes on while the platform is exchanged. Only an installation by root that systemd is to keep has them.
package units

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Step writes and enables the units.
type Step struct {
	site   instance.Site
	folder string
}

// New makes the step. folder is keeper.Folder, or any other to prepare a tree that does not run yet: then systemd is not
// told.
func New(site instance.Site, folder string) *Step { return &Step{site, folder} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "units", Title: "step.units", Touches: []string{"systemd"}, Timeout: 15 * time.Minute, Reversible: true}
}

const (
	mode = 0o644
	told = "reload" // the change after which systemd knows
	made = "folder" // detail of an enabling change: the target's folder was not there
)

// Plan lists the units that are missing or say something else, those that are not enabled, and the reload when systemd
// has not read them. Nothing when no systemd is to keep this instance. Faults: refused "units.foreign" when a unit of that
// name belongs to another ROOT or to somebody else; those of render.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	if !s.site.Systemd {
		return nil, nil
	}
	var changes []engine.Change
	for _, f := range s.files() {
		c, err := s.planFile(look, f)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c...)
	}
	for _, f := range s.files() {
		c, err := s.planLink(look, f)
		if err != nil {
			return nil, err
		}
		changes = append(changes, c...)
	}
	if !s.live() {
		return changes, nil
	}
	stale := len(changes) > 0
	for _, f := range s.files() {
		if stale {
			break
		}
		var err error
		if stale, err = keeper.Stale(ctx, look, f.name); err != nil {
			return nil, err
		}
	}
	if stale {
		changes = append(changes, engine.Change{ID: told, Action: "run", Target: "systemctl daemon-reload"})
	}
	return changes, nil
}

func (s *Step) live() bool { return s.folder == keeper.Folder && keeper.Booted() }

func (s *Step) planFile(look engine.Reader, f file) ([]engine.Change, error) {
	want, err := s.render(f.template)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(s.folder, f.name)
	have, err := look.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []engine.Change{{ID: f.name, Action: "create", Target: path}}, nil
	case err != nil:
		return nil, fmt.Errorf("look at unit: %w", err)
	case !keeper.Ours(have, s.site.Root):
		return nil, fault.New(fault.Refused, "units.foreign", "path", path)
	case !bytes.Equal(have, want):
		return []engine.Change{{ID: f.name, Action: "update", Target: path}}, nil
	}
	return nil, nil
}

func (s *Step) planLink(look engine.Reader, f file) ([]engine.Change, error) {
	link := s.link(f)
	to, err := look.Readlink(link)
	if err == nil && to == filepath.Join(keeper.Folder, f.name) {
		return nil, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look at enabled unit: %w", err)
	}
	c := engine.Change{ID: "enable-" + f.name, Action: "create", Target: link}
	if _, err := look.Stat(filepath.Dir(link)); errors.Is(err, fs.ErrNotExist) {
		c.Detail = map[string]string{made: "made"}
	}
	return []engine.Change{c}, nil
}

// link is what `systemctl enable` would make.
func (s *Step) link(f file) string {
	return filepath.Join(s.folder, f.wantedBy+".wants", f.name)
}

// Apply writes one unit, enables one, or tells systemd.
func (s *Step) Apply(ctx context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if c.ID == told {
		return keeper.Reload(ctx, on)
	}
	for _, f := range s.files() {
		switch c.ID {
		case f.name:
			text, err := s.render(f.template)
			if err != nil {
				return err
			}
			return on.WriteFile(c.Target, text, mode)
		case "enable-" + f.name:
			if err := on.MkdirAll(filepath.Dir(c.Target), 0o755); err != nil {
				return err
			}
			return on.Symlink(filepath.Join(keeper.Folder, f.name), c.Target)
		}
	}
	return fmt.Errorf("no such unit: %s", c.ID)
}

// Undo removes what was made and lets systemd forget it. What stood stopped is not asked: the processes were ended by
// the steps that came later.
func (s *Step) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	if c.Action == "create" {
		if err := on.Remove(c.Target); err != nil {
			return err
		}
		if folder := filepath.Dir(c.Target); c.Detail[made] != "" {
			if left, err := on.ReadDir(folder); err == nil && len(left) == 0 {
				if err := on.Remove(folder); err != nil {
					return err
				}
			}
		}
	}
	if s.live() {
		if err := keeper.Reload(ctx, on); err != nil {
			return err
		}
	}
	if c.Action == "update" {
		return engine.Keep("") // the change that made the file removes it
	}
	return nil
}
