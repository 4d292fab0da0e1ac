// Package database makes the three roles and the one database.
package database

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes roles and database.
type Step struct {
	site  instance.Site
	purge bool
}

// New makes the step; purgeData says whether an undo takes the data folder with it, and with that what is made here.
func New(site instance.Site, purgeData bool) *Step { return &Step{site, purgeData} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: "database", Title: "step.database", Touches: []string{"roles", "database"}, Reversible: s.purge}
	if !s.purge {
		info.Why = "step.data.kept"
	}
	return info
}

// Plan asks for what cannot be connected to: each role is tried with its own password, so a changed one is seen too.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	up, err := s.site.Running(look)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	need := engine.Change{ID: "database", Action: "create", Target: instance.Database}
	if !up {
		return nil, engine.After("server", need)
	}
	roles := map[string]string{db.OwnerRole: instance.OwnerPassword, db.AppRole: instance.AppPassword, db.ReadOnlyRole: instance.ReadOnlyPassword}
	refused := make(chan bool, len(roles)) // asked at the same time: most of a connection is waiting for the other side
	for role, name := range roles {
		dsn, err := s.site.DSN(role, name, instance.Database)
		if err != nil {
			return nil, err
		}
		go func() { refused <- !answers(ctx, dsn.Reveal()) }()
	}
	missing := false
	for range roles {
		missing = <-refused || missing
	}
	if missing {
		return []engine.Change{need}, nil
	}
	return nil, nil
}

func answers(ctx context.Context, dsn string) bool {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// Apply makes the roles with their passwords, then the database.
func (s *Step) Apply(ctx context.Context, _ engine.Host, _ engine.Change, _ engine.Progress) error {
	var p db.Passwords
	var err error
	if p.Owner, err = s.site.Secret(instance.OwnerPassword); err != nil {
		return err
	}
	if p.App, err = s.site.Secret(instance.AppPassword); err != nil {
		return err
	}
	if p.ReadOnly, err = s.site.Secret(instance.ReadOnlyPassword); err != nil {
		return err
	}
	super, err := s.site.DSN(instance.Superuser, instance.SuperPassword, "postgres")
	if err != nil {
		return err
	}
	if _, err := db.EnsureRoles(ctx, super.Reveal(), p); err != nil {
		return err
	}
	_, err = db.CreateDatabase(ctx, super.Reveal(), instance.Database)
	return err
}

// Undo has nothing to do of its own: roles and database live in the data folder and go with it.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
