// Package platform starts the platform: the processes that serve pages and programs.
package platform

import (
	"context"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// Step starts the platform.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "platform", Title: "step.platform", Touches: []string{"platform"}, Reversible: true}
}

// Plan asks for a start when nothing takes traffic at the answered address.
func (s *Step) Plan(ctx context.Context, _ engine.Reader) ([]engine.Change, error) {
	if supervise.Ready(ctx, s.site) {
		return nil, nil
	}
	return []engine.Change{{ID: "start", Action: "start", Target: s.site.Answers.HTTP.Listen}}, nil
}

// Apply starts it, after stopping one that does not answer at that address.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, _ engine.Progress) error {
	if err := supervise.Stop(ctx, s.site); err != nil {
		return err
	}
	return supervise.Start(ctx, on, s.site)
}

// Undo stops it.
func (s *Step) Undo(ctx context.Context, _ engine.Host, _ engine.Change) error {
	return supervise.Stop(ctx, s.site)
}
