// Package swap exchanges the release that runs for another: the name current first, which is one atomic rename, then the
// running platform, which goes on answering until the new one takes traffic.
package swap

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/kit"
)

// Step swaps to the site's version.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "swap", Title: "step.swap", Touches: []string{"current", "platform"}, Timeout: 5 * time.Minute, Reversible: true}
}

// Plan asks for the link when it points elsewhere, and for the platform when one runs that is of another release; one that
// does not run is another step's to start.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	root := s.site.Root
	have, err := look.Readlink(root.Current())
	if err != nil {
		return nil, fault.Wrap(err, fault.Finding, "release.damaged", "path", root.Current())
	}
	var changes []engine.Change
	if want := root.Link(s.site.Version); have != want {
		changes = append(changes, engine.Change{ID: "current", Action: "update", Target: root.Current(), Detail: map[string]string{"from": have}})
	}
	other, err := s.runsOther(ctx, look, s.site.Version)
	if err != nil {
		return nil, err
	}
	if other {
		changes = append(changes, engine.Change{ID: "platform", Action: "update", Target: s.site.Version})
	}
	return changes, nil
}

// runsOther reports whether a platform runs that is not of this release.
func (s *Step) runsOther(ctx context.Context, look engine.Reader, version string) (bool, error) {
	state, err := keeper.For(s.site).Platform(ctx, look)
	if err != nil || state.PID == 0 {
		return false, err
	}
	program, err := filepath.EvalSymlinks(filepath.Join(s.site.Root.Release(version), kit.Binary))
	if err != nil {
		return false, fault.Wrap(err, fault.Finding, "release.damaged", "path", s.site.Root.Release(version))
	}
	return !look.Alive(state.PID, program), nil
}

// Apply moves the link, or lets the new platform take over from the old one.
func (s *Step) Apply(ctx context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if c.ID == "current" {
		return on.Symlink(s.site.Root.Link(s.site.Version), s.site.Root.Current())
	}
	return keeper.For(s.site).SwapPlatform(ctx, on)
}

// Undo moves the link back, and then the platform with it. The link was moved first, so it is put back last.
func (s *Step) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	if c.ID != "current" {
		return nil
	}
	from := c.Detail["from"]
	if filepath.Dir(from) != filepath.Dir(s.site.Root.Link(s.site.Version)) {
		return fmt.Errorf("put current back: %q is no release", from)
	}
	if err := on.Symlink(from, s.site.Root.Current()); err != nil {
		return err
	}
	other, err := s.runsOther(ctx, on, filepath.Base(from))
	if err != nil || !other {
		return err
	}
	return keeper.For(s.site).SwapPlatform(ctx, on)
}
