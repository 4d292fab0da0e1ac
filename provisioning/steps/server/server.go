// Package server brings the instance's private PostgreSQL up.
package server

import (
	"context"

	pg "egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step starts PostgreSQL.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "server", Title: "step.server", Touches: []string{"PostgreSQL"}, Reversible: true}
}

// Plan asks for a start when nothing accepts connections.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	up, err := s.site.Running(look)
	if fault.Is(err, fault.NotFound) {
		return nil, engine.After("account")
	}
	if err != nil || up {
		return nil, err
	}
	return []engine.Change{{ID: "start", Action: "start", Target: "PostgreSQL"}}, nil
}

// Apply starts the server; it outlives this process.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, _ engine.Progress) error {
	c, err := s.site.Cluster(on)
	if err != nil {
		return err
	}
	return c.Start(ctx)
}

// Undo stops the server.
func (s *Step) Undo(ctx context.Context, on engine.Host, _ engine.Change) error {
	c, err := s.site.Cluster(on)
	if fault.Is(err, fault.NotFound) {
		return nil // no account, so no server of its
	}
	if err != nil {
		return err
	}
	return c.Stop(ctx, pg.Fast)
}
