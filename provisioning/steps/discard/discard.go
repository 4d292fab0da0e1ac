// Package discard removes the old side that a restore has kept, once the operator has confirmed the new one.
package discard

import (
	"context"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step removes it.
type Step struct {
	site instance.Site
	left bool
}

// New makes the step.
func New(site instance.Site) *Step { return &Step{site: site} }

// Left is the step for the other end of a restore: the old side came back, and the new one has left.
func Left(site instance.Site) *Step { return &Step{site, true} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "discard", Title: "step.discard", Touches: []string{"data/.before-..."}, Why: "step.discard.gone"}
}

// Plan lists the old sides of restores that came to their end, and what a cut removal left.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	if s.left {
		aside := string(backup.Aside(s.site.Root))
		there, err := backup.Stands(look, aside)
		if err != nil || !there {
			return nil, err
		}
		return []engine.Change{{ID: "left", Action: "remove", Target: aside}}, nil
	}
	kept, err := backup.Kept(look, s.site.Root)
	if err != nil {
		return nil, err
	}
	var changes []engine.Change
	for _, k := range kept {
		if k.Switched {
			changes = append(changes, engine.Change{ID: k.Set, Action: "remove", Target: string(backup.Before(s.site.Root, k.Set))})
		}
	}
	left, err := backup.Leftover(look, s.site.Root)
	for _, set := range left {
		changes = append(changes, engine.Change{ID: "rest of " + set, Action: "remove", Target: backup.Gone(s.site.Root, set)})
	}
	return changes, err
}

// Apply renames it away, then removes it: half an old side stands nowhere.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	gone := c.Target
	if c.Target == string(backup.Before(s.site.Root, c.ID)) {
		gone = backup.Gone(s.site.Root, c.ID)
		if err := on.RemoveAll(gone); err != nil {
			return err
		}
		if err := on.Rename(c.Target, gone); err != nil {
			return err
		}
	}
	return on.RemoveAll(gone)
}

// Undo has nothing that could come back.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
