// Package base copies the whole cluster into the continuous archive when there is no such copy, when there is a gap behind the
// newest one, when an old state came back since, or when it is time for another.
package base

import (
	"context"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/archive"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes it.
type Step struct {
	site  instance.Site
	daily bool
}

// New makes the step. With daily the copies are also renewed: those of yesterday, and the full one of last week.
func New(site instance.Site, daily bool) *Step { return &Step{site, daily} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "base", Title: "step.base", Touches: []string{"backups"}, Timeout: 12 * time.Hour, Why: "step.base.stays"}
}

// What a change makes.
const (
	whole  = "full" // a copy of everything
	differ = "diff" // a copy of what changed since the last one of everything
)

// fresh is how young the newest copy must be for none to be made daily.
const fresh = 20 * time.Hour

// Plan asks for a copy. Faults: those of the archiver.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	if !s.site.Continuous() {
		return nil, nil
	}
	full := engine.Change{ID: whole, Action: "create", Target: "pgBackRest"}
	up, err := s.site.Running(look)
	if fault.Is(err, fault.NotFound) || err == nil && !up {
		return nil, engine.After("archive", full)
	}
	if err != nil {
		return nil, err
	}
	if _, err := look.Stat(s.site.Root.ArchiveConfig()); err != nil {
		return nil, engine.After("archive", full)
	}
	a, err := backup.Continuous(s.site)
	if err != nil {
		return nil, err
	}
	state, err := backup.ArchiverOf(ctx, s.site) // before the archive is asked: what is handed over in between is no gap
	if err != nil {
		return nil, err
	}
	info, err := a.Info(ctx, look)
	if err != nil {
		return nil, err
	}
	now := clock.System{}.Now()
	switch {
	case len(info.Bases) == 0 || s.daily && now.Sub(info.NewestFull()) > archive.FullEvery:
		return []engine.Change{full}, nil
	case info.Gap(state.Newest), !info.Follows(state.Timeline), s.daily && now.Sub(info.Bases[len(info.Bases)-1].Ended) > fresh:
		return []engine.Change{{ID: differ, Action: "create", Target: "pgBackRest"}}, nil
	}
	return nil, nil
}

// Apply makes the copy.
func (s *Step) Apply(ctx context.Context, on engine.Host, c engine.Change, say engine.Progress) error {
	a, err := backup.Continuous(s.site)
	if err != nil {
		return err
	}
	return a.Base(ctx, on, c.ID == whole, say)
}

// Undo leaves it: a copy more does no harm, and another may build on it.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
