// Package server brings the instance's private PostgreSQL up.
package server

import (
	"context"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Step starts PostgreSQL.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "server", Title: "step.server", Touches: []string{"PostgreSQL"}, Timeout: 15 * time.Minute, Reversible: true}
}

// Plan asks for a start when nothing accepts connections, or when whoever should keep it running does not.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	up, err := keeper.For(s.site).Server(ctx, look)
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
	return keeper.For(s.site).StartServer(ctx, on)
}

// Undo stops the server.
func (s *Step) Undo(ctx context.Context, on engine.Host, _ engine.Change) error {
	return keeper.For(s.site).StopServer(ctx, on)
}
