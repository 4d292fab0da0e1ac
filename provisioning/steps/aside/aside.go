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
	copy backup.Copy
}

// New makes the step. root is the working side; the copy's site lies in backup.Aside of it.
func New(root instance.Root, c backup.Copy) *Step { return &Step{root, c} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "aside", Title: "step.aside", Touches: []string{"data/.restore"}, Reversible: true}
}

// Plan asks for the side when it is not whole, unless it is in place already.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	set := s.copy.Set.ID
	sides, _, err := backup.ReadSides(look, backup.Before(s.root, set))
	if err != nil || sides.Switched {
		return nil, err
	}
	whole, err := backup.Ready(look, s.root, set)
	if err != nil || whole {
		return nil, err
	}
	return []engine.Change{{ID: set, Action: "create", Target: string(s.copy.Site.Root)}}, nil
}

// Apply builds it anew. Findings: "backup.room" when the disk cannot hold it, "engine.disk.full" when it gave out on the way.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	free, err := host.FreeSpace(s.root.Data())
	if err != nil {
		return err
	}
	if need := s.least(); free < need {
		return fault.New(fault.Finding, "backup.room", "path", s.root.Data(), "need", need>>20, "free", free>>20)
	}
	if err := s.copy.Fill(ctx, say); err != nil {
		if free, look := host.FreeSpace(s.root.Data()); look == nil && free < exhausted {
			return fault.Wrap(err, fault.Finding, "engine.disk.full", "path", s.root.Data())
		}
		return err
	}
	return backup.SetReady(on, s.root, s.copy.Set.ID)
}

const (
	cluster   = 128 << 20 // bytes: what an empty cluster takes, with the log that it writes while it is filled
	exhausted = 20 << 20  // bytes: with less than the next file of that log PostgreSQL stops, whatever it says
)

// least is what the new side takes in any case: the rows take more than the bytes in which they are stored.
func (s *Step) least() uint64 {
	need := int64(cluster) + s.copy.Set.Manifest.Bytes()
	for _, k := range s.copy.Set.Manifest.Kinds {
		need += k.Bytes
	}
	return uint64(need) //nolint:gosec // a size is not negative
}

// Undo removes it.
func (s *Step) Undo(ctx context.Context, _ engine.Host, _ engine.Change) error {
	return s.copy.Clear(ctx)
}
