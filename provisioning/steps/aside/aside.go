// Package aside builds the side that a restore is to put in place, beside the one that works: from every byte of the set,
// checked before anything of the working side is touched.
package aside

import (
	"context"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
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

// Apply builds it anew.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	if err := s.copy.Fill(ctx, say); err != nil {
		return err
	}
	return backup.SetReady(on, s.root, s.copy.Set.ID)
}

// Undo removes it.
func (s *Step) Undo(ctx context.Context, _ engine.Host, _ engine.Change) error {
	return s.copy.Clear(ctx)
}
