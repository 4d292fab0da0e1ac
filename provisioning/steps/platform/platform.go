// Package platform starts the platform: the processes that serve pages and programs.
package platform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Step starts the platform.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "platform", Title: "step.platform", Touches: []string{"platform"}, Timeout: 15 * time.Minute, Reversible: true}
}

// Plan asks for a start when nothing takes traffic at the answered address, or what does was started with other answers.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	if keeper.Ready(ctx, look, s.site) {
		old, err := s.outdated(ctx, look)
		if err != nil || !old {
			return nil, err
		}
	}
	return []engine.Change{{ID: "start", Action: "start", Target: s.site.Answers.HTTP.Listen}}, nil
}

// outdated reports whether answers were taken after the platform had read them.
func (s *Step) outdated(ctx context.Context, look engine.Reader) (bool, error) {
	taken, err := look.Stat(s.site.Root.Applied())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at answers: %w", err)
	}
	state, err := keeper.For(s.site).Platform(ctx, look)
	return taken.ModTime().After(state.Since), err
}

// Apply starts it, after stopping one that does not answer at that address.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, _ engine.Progress) error {
	k := keeper.For(s.site)
	if err := k.StopPlatform(ctx, on); err != nil {
		return err
	}
	return k.StartPlatform(ctx, on)
}

// Undo stops it.
func (s *Step) Undo(ctx context.Context, on engine.Host, _ engine.Change) error {
	return keeper.For(s.site).StopPlatform(ctx, on)
}
