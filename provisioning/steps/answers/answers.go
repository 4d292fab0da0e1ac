// Package answers writes what was answered into etc/instance.yaml and makes the secrets that the instance keeps for
// itself.
package answers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Secret is a file below etc/secrets that an installation makes for itself, once.
type Secret struct {
	Name string
	Make func() (content, public []byte, err error) // public, when there is one, is written beside as Name + ".pub"
}

// Password makes a secret that is a random password.
func Password(name string) Secret {
	return Secret{Name: name, Make: func() ([]byte, []byte, error) { return []byte(secret.Random(32).Reveal() + "\n"), nil, nil }}
}

// Step writes instance.yaml and the secrets.
type Step struct {
	site    instance.Site
	secrets []Secret
}

// New makes the step.
func New(site instance.Site, secrets []Secret) *Step { return &Step{site, secrets} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "answers", Title: "step.answers", Touches: []string{"etc"}, Reversible: true}
}

// Plan asks for each secret that is not there, for instance.yaml when it is absent or answers something else, for the
// copy of what is carried out, and for the owner of each. An existing secret is never replaced: it is the key to existing
// data. A file that answers the same in other words (an operator's own comments) stays as it is.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	var changes []engine.Change
	for _, sec := range s.secrets {
		path := s.site.Root.Secret(sec.Name)
		raw, err := look.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("look at secret %s: %w", sec.Name, err)
		}
		if len(raw) == 0 {
			changes = append(changes, engine.Change{ID: sec.Name, Action: "create", Target: path})
			continue
		}
		if changes, err = s.planOwner(look, sec.Name, path, secretMode, changes); err != nil {
			return nil, err
		}
	}
	for _, f := range []struct{ id, path string }{{answersFile, s.site.Root.Config()}, {appliedFile, s.site.Root.Applied()}} {
		raw, err := look.ReadFile(f.path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, engine.Change{ID: f.id, Action: "create", Target: f.path})
		case err != nil:
			return nil, fmt.Errorf("look at %s: %w", f.path, err)
		case !s.says(raw, f.path):
			changes = append(changes, engine.Change{ID: f.id, Action: "update", Target: f.path, Detail: map[string]string{before: string(raw)}})
		default:
			if changes, err = s.planOwner(look, f.id, f.path, 0, changes); err != nil {
				return nil, err
			}
		}
	}
	return changes, nil
}

const (
	answersFile = "instance.yaml"
	appliedFile = "applied"

	own    = "own"    // action: the content is right, the owner or mode is not (a cut between the two, or a hand)
	before = "before" // detail: what the file said; there is no secret in it
)

// says reports whether a file answers what is to be carried out. Our own bytes need no reading.
func (s *Step) says(raw []byte, path string) bool {
	if bytes.Equal(raw, s.site.Answers.YAML()) {
		return true
	}
	have, err := instance.Load(instance.Sources{File: path, Read: func(string) ([]byte, error) { return raw, nil }})
	return err == nil && len(s.site.Answers.Diff(have)) == 0
}

// secretMode closes a secret to everybody else.
const secretMode = 0o600

// planOwner adds the change of owner, or of mode where one is wanted, that a file still needs. Before there is an account
// there is nothing to compare.
func (s *Step) planOwner(look engine.Reader, id, path string, mode fs.FileMode, changes []engine.Change) ([]engine.Change, error) {
	owned, err := s.site.Owned(look, path)
	if fault.Is(err, fault.NotFound) {
		owned, err = false, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	info, err := look.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	if !owned || (mode != 0 && info.Mode().Perm() != mode) {
		changes = append(changes, engine.Change{ID: id, Action: own, Target: path})
	}
	return changes, nil
}

// Apply writes one file. The copy of what is carried out comes last: where it stands, the others stand too.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	answered := c.ID == answersFile || c.ID == appliedFile
	if c.Action == own {
		if err := s.site.Own(on, c.Target); err != nil || answered {
			return err
		}
		return on.Chmod(c.Target, secretMode)
	}
	if answered {
		return s.write(on, c.Target, s.site.Answers.YAML(), 0o640)
	}
	for _, sec := range s.secrets {
		if sec.Name != c.ID {
			continue
		}
		content, public, err := sec.Make()
		if err != nil {
			return fmt.Errorf("make secret %s: %w", sec.Name, err)
		}
		if public != nil {
			if err := s.write(on, c.Target+".pub", public, 0o644); err != nil {
				return err
			}
		}
		return s.write(on, c.Target, content, secretMode)
	}
	return fmt.Errorf("no such secret: %s", c.ID)
}

func (s *Step) write(on engine.Host, path string, content []byte, mode fs.FileMode) error {
	if err := on.WriteFile(path, content, mode); err != nil {
		return err
	}
	return s.site.Own(on, path)
}

// Undo removes instance.yaml and the secrets, but keeps the secrets while the data that they open is there. Answers that
// were changed become what they were.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	answered := c.ID == answersFile || c.ID == appliedFile
	switch {
	case c.Action == "update" && c.Detail[before] != "":
		if _, err := on.Stat(c.Target); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return s.write(on, c.Target, []byte(c.Detail[before]), 0o640)
	case c.Action != "create":
		return engine.Keep("") // the change that made the file says what becomes of it
	case !answered:
		for _, data := range []string{filepath.Join(s.site.Root.Postgres(), "PG_VERSION"), s.site.Root.Outside()} {
			if _, err := on.Stat(data); err == nil {
				return engine.Keep("step.answers.kept")
			}
		}
	}
	if err := on.Remove(c.Target + ".pub"); err != nil {
		return err
	}
	return on.Remove(c.Target)
}
