// Package ballast keeps some room of the disk occupied, to be given back when the disk is full: a rollback must be able to
// write its journal then, and PostgreSQL the log without which it does not start.
package ballast

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

const (
	pieces = 2
	piece  = 16 << 20 // bytes: as much as PostgreSQL wants for the next file of its log
	room   = 1 << 30  // bytes that must be free besides
)

// Step keeps the room.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "ballast", Title: "step.ballast", Touches: []string{"data/ballast"}, Reversible: true}
}

// Plan asks for what is missing while there is room for it: a full disk is no time to fill it.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	free, err := host.FreeSpace(string(s.site.Root))
	if err != nil || free < room {
		return nil, err
	}
	var changes []engine.Change
	for i := range pieces {
		path := filepath.Join(s.site.Root.Ballast(), strconv.Itoa(i))
		st, err := look.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("look at the ballast: %w", err)
		case st.Size() == piece:
			continue
		}
		changes = append(changes, engine.Change{ID: strconv.Itoa(i), Action: "create", Target: path})
	}
	return changes, nil
}

// Apply occupies one piece. Its bytes are random: zeros take no room on some disks.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if err := on.MkdirAll(filepath.Dir(c.Target), 0o700); err != nil {
		return err
	}
	if err := s.site.Own(on, filepath.Dir(c.Target)); err != nil {
		return err
	}
	data := make([]byte, piece)
	if _, err := rand.Read(data); err != nil {
		return fmt.Errorf("random bytes: %w", err)
	}
	if err := on.WriteFile(c.Target, data, 0o600); err != nil {
		return err
	}
	return s.site.Own(on, c.Target)
}

// Undo gives it back, and the folder with the last piece.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if err := on.Remove(c.Target); err != nil {
		return err
	}
	left, err := on.ReadDir(filepath.Dir(c.Target))
	if err != nil || len(left) > 0 {
		return nil //nolint:nilerr // gone already
	}
	return on.Remove(filepath.Dir(c.Target))
}

// least is how much must be free for an operation to write what it must.
const least = 8 << 20

// Drop gives the room back when the disk is full, and reports whether it did.
func Drop(root instance.Root) (bool, error) {
	free, err := host.FreeSpace(string(root))
	if err != nil || free >= least {
		return false, err
	}
	if _, err := os.Stat(root.Ballast()); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return true, os.RemoveAll(root.Ballast())
}
