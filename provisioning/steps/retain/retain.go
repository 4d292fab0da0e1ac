// Package retain removes the sets of backups that the answers do not ask to keep any more.
package retain

import (
	"context"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step removes them.
type Step struct {
	site instance.Site
	at   target.Target
}

// New makes the step.
func New(site instance.Site, at target.Target) *Step { return &Step{site, at} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "retain", Title: "step.retain", Touches: []string{"backups"}, Why: "step.retain.gone"}
}

// Plan lists the surplus.
func (s *Step) Plan(ctx context.Context, _ engine.Reader) ([]engine.Change, error) {
	surplus, err := backup.Surplus(ctx, s.site, s.at)
	var changes []engine.Change
	for _, id := range surplus {
		changes = append(changes, engine.Change{ID: id, Action: "remove", Target: s.at.Place(id)})
	}
	return changes, err
}

// Apply removes one set.
func (s *Step) Apply(ctx context.Context, _ engine.Host, c engine.Change, _ engine.Progress) error {
	return s.at.Delete(ctx, c.ID)
}

// Undo has nothing that could come back.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
