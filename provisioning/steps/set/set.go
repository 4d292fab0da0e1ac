// Package set writes the state of the instance into one new set of backups.
package set

import (
	"context"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step writes the set.
type Step struct {
	site   instance.Site
	to     target.Target
	id     string
	verify bool
	made   backup.Manifest
}

// New makes the step. With verify the set is read again to its last byte, and the proof is noted.
func New(site instance.Site, to target.Target, id string, verify bool) *Step {
	return &Step{site: site, to: to, id: id, verify: verify}
}

// Made is what the set holds, once it is written.
func (s *Step) Made() backup.Manifest { return s.made }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "set", Title: "step.set", Touches: []string{"backups"}, Reversible: true}
}

// Plan asks for the set when it does not stand.
func (s *Step) Plan(ctx context.Context, _ engine.Reader) ([]engine.Change, error) {
	_, err := s.to.Members(ctx, s.id)
	if fault.Is(err, fault.NotFound) {
		return []engine.Change{{ID: s.id, Action: "create", Target: s.to.Place(s.id)}}, nil
	}
	return nil, err
}

// Apply writes it aside and publishes it.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) (err error) {
	if s.made, err = backup.Create(ctx, s.site, s.to, s.id, say); err != nil || !s.verify {
		return err
	}
	began := clock.System{}.Now()
	key, err := backup.HostKey(s.site)
	if err != nil {
		return err
	}
	trusted, err := backup.Trusted(s.site.Root)
	if err != nil {
		return err
	}
	set, err := backup.Open(ctx, s.to, s.id, trusted, key)
	if err != nil {
		return err
	}
	if err := set.Verify(ctx, &s.site, say); err != nil {
		return err
	}
	now := clock.System{}.Now()
	return backup.Note(on, s.site, backup.Proof{
		ID: s.id, Place: s.to.Place(s.id), MadeAt: s.made.MadeAt, At: now.UTC().Truncate(time.Second), How: backup.Verified, MS: now.Sub(began).Milliseconds(),
	})
}

// Undo removes the set, whole or half. One that its target holds stays: it is what was asked for, or the next backup sweeps it.
func (s *Step) Undo(ctx context.Context, _ engine.Host, c engine.Change) error {
	err := s.to.Delete(ctx, c.ID)
	if target.Held(err) {
		return nil
	}
	return err
}
