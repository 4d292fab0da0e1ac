// Package schema brings every service's schema to the version that this release carries.
package schema

import (
	"context"
	"fmt"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step migrates.
type Step struct {
	site    instance.Site
	streams []db.Stream
	purge   bool
}

// New makes the step; purgeData says whether an undo takes the data folder with it. streams are the services' migrations, in the order in which they depend on each other.
func New(site instance.Site, streams []db.Stream, purgeData bool) *Step {
	return &Step{site, streams, purgeData}
}

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: "schema", Title: "step.schema", Touches: []string{"schemas"}, Reversible: s.purge}
	if !s.purge {
		info.Why = "step.data.kept"
	}
	return info
}

// Plan is one change while any schema is behind.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	up, err := s.site.Running(look)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	all := engine.Change{ID: "migrate", Action: "update", Target: instance.Database}
	if !up {
		return nil, engine.After(s.site.Served(), all)
	}
	dsn, err := s.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	pending, err := db.Pending(ctx, dsn.Reveal(), s.streams)
	if fault.Is(err, fault.Unavailable) && !s.site.External() {
		return nil, engine.After("database", all)
	}
	if err != nil || len(pending) == 0 {
		return nil, err
	}
	all.Detail = map[string]string{"files": fmt.Sprint(len(pending))}
	return []engine.Change{all}, nil
}

// Apply runs what is pending, each file in a transaction of its own.
func (s *Step) Apply(ctx context.Context, _ engine.Host, _ engine.Change, say engine.Progress) error {
	dsn, err := s.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return err
	}
	var done int64
	_, err = db.Migrate(ctx, dsn.Reveal(), s.streams, func(string, uint) {
		done++
		say(done, 0, "files")
	})
	return err
}

// Undo has nothing to do of its own: schemas live in the data folder and go with it; a rollback leaves them as they are.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
