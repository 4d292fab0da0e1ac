// Package aside builds the side that a restore is to put in place, beside the one that works: from every byte of the set,
// checked before anything of the working side is touched.
package aside

import (
	"context"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// Step builds it.
type Step struct {
	root instance.Root
	side Side
}

// Side is what can be built: from a set, or from the continuous archive.
type Side interface {
	Name() string      // the same for the same content
	At() instance.Root // backup.Aside of the working side
	Least() int64      // what it takes of the disk in any case, in bytes
	// Fill builds it anew, durably, and checks it.
	Fill(ctx context.Context, say engine.Progress) error
	// Clear removes what there is of it.
	Clear(ctx context.Context) error
}

// New makes the step. root is the working side.
func New(root instance.Root, side Side) *Step { return &Step{root, side} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "aside", Title: "step.aside", Touches: []string{"data/.restore"}, Reversible: true}
}

// Plan asks for the side when it is not whole, unless it is in place already.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	name := s.side.Name()
	sides, _, err := backup.ReadSides(look, backup.Before(s.root, name))
	if err != nil || sides.Switched {
		return nil, err
	}
	whole, err := backup.Ready(look, s.root, name)
	if err != nil || whole {
		return nil, err
	}
	return []engine.Change{{ID: name, Action: "create", Target: string(s.side.At())}}, nil
}

// Apply builds it anew. Findings: "backup.room" when the disk cannot hold it, "engine.disk.full" when it gave out on the way.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	free, err := host.FreeSpace(s.root.Data())
	if err != nil {
		return err
	}
	if need := uint64(s.side.Least()); free < need { //nolint:gosec // a size is not negative
		return fault.New(fault.Finding, "backup.room", "path", s.root.Data(), "need", need>>20, "free", free>>20)
	}
	if err := s.side.Fill(ctx, say); err != nil {
		if free, look := host.FreeSpace(s.root.Data()); look == nil && free < exhausted {
			return fault.Wrap(err, fault.Finding, "engine.disk.full", "path", s.root.Data())
		}
		return err
	}
	return backup.SetReady(on, s.root, s.side.Name())
}

// exhausted is where PostgreSQL stops, whatever it says: with less than the next file of its log, in bytes.
const exhausted = 20 << 20

// Undo removes it.
func (s *Step) Undo(ctx context.Context, _ engine.Host, _ engine.Change) error {
	return s.side.Clear(ctx)
}
