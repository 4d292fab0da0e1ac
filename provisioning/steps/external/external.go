// Package external prepares a database on a server that somebody else keeps: the three roles and their rights on it, and
// the note where it is. See architecture-docs/decisions/0010-external-postgresql.md.
package external

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"egovctl/platform/db"
	"egovctl/platform/db/outside"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step prepares the database.
type Step struct {
	site  instance.Site
	purge bool
}

// New makes the step; purgeData says whether an undo takes what the instance has in the database, and the roles.
func New(site instance.Site, purgeData bool) *Step { return &Step{site, purgeData} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: instance.External, Title: "step.external", Touches: []string{"roles", "database", "etc/external.json"}, Timeout: 15 * time.Minute, Reversible: s.purge}
	if !s.purge {
		info.Why = "step.external.kept"
	}
	return info
}

// The changes.
const (
	roles   = "roles"
	address = "address"
	own     = "own"
)

// Plan tries each role with its password at the address of the administrator's file, and compares that address with the
// note. Faults: those of instance.ReadDSN and outside.Connect; finding "external.elsewhere" for another address at which
// the instance's roles are not.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	to, err := s.site.Administrator()
	if err != nil {
		return nil, err
	}
	target := to.Host() + "/" + to.Database()
	made, err := s.made(ctx, to)
	if err != nil {
		return nil, err
	}
	path := s.site.Root.Outside()
	have, err := look.ReadFile(path)
	absent := errors.Is(err, fs.ErrNotExist)
	if err != nil && !absent {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	var changes []engine.Change
	if !made {
		if left, err := instance.LeftAt(s.site.Root); err == nil && left.Address != to.Public() {
			return nil, fault.New(fault.Finding, "external.elsewhere", "host", to.Host(), "database", to.Database())
		}
		changes = append(changes, engine.Change{ID: roles, Action: "create", Target: target})
	}
	switch {
	case absent:
		return append(changes, engine.Change{ID: address, Action: "create", Target: path}), nil
	case string(have) != string(s.note(to)):
		return append(changes, engine.Change{ID: address, Action: "update", Target: path}), nil
	}
	owned, err := s.site.Owned(look, path)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	if !owned {
		changes = append(changes, engine.Change{ID: own, Action: "update", Target: path})
	}
	return changes, nil
}

func (s *Step) note(to outside.Address) []byte {
	return instance.Left{Address: to.Public(), DSNFile: s.site.Answers.Postgres.DSNFile}.JSON()
}

// made reports whether the three roles come in with this instance's passwords.
func (s *Step) made(ctx context.Context, to outside.Address) (bool, error) {
	for role, name := range instance.Roles() {
		password, err := s.site.Secret(name)
		if fault.Is(err, fault.NotInstalled) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		conn, err := outside.Connect(ctx, to.For(role, password).Reveal())
		if fault.Is(err, fault.Finding) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		_ = conn.Close(ctx)
	}
	return true, nil
}

// Apply makes the roles, after a last look at what they are made in, and then the note. Faults: those of outside.Look,
// Facts and Provide.
func (s *Step) Apply(ctx context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if c.ID == own {
		return s.site.Own(on, c.Target)
	}
	to, err := s.site.Administrator()
	if err != nil {
		return err
	}
	if c.ID == address {
		if err := on.WriteFile(c.Target, s.note(to), 0o640); err != nil {
			return err
		}
		return s.site.Own(on, c.Target)
	}
	f, err := outside.Look(ctx, to)
	if err != nil {
		return err
	}
	strangers, err := s.site.Strangers(ctx, to, f.Roles)
	if err != nil {
		return err
	}
	for _, wrong := range []error{f.Server(), f.Data(), f.Rights(strangers)} {
		if wrong != nil {
			return wrong
		}
	}
	var p db.Passwords
	for name, password := range map[string]*secret.String{instance.OwnerPassword: &p.Owner, instance.AppPassword: &p.App, instance.ReadOnlyPassword: &p.ReadOnly} {
		if *password, err = s.site.Secret(name); err != nil {
			return err
		}
	}
	return outside.Provide(ctx, to, p)
}

// Undo takes everything of the instance out of the database, the roles last, and leaves the database as it was given; then
// the note goes, so that a cut before finds its way again. The sealed head of the audit log goes first, as with a cluster of
// our own. Roles that are not this instance's are left alone.
func (s *Step) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	if !s.purge {
		return nil
	}
	if c.ID != roles {
		return engine.Keep("") // the change that made the roles says what becomes of it
	}
	to, err := s.site.Administrator()
	if err != nil {
		return err
	}
	f, err := outside.Look(ctx, to)
	if err != nil {
		return err
	}
	strangers, err := s.site.Strangers(ctx, to, f.Roles)
	if err != nil {
		return err
	}
	if err := on.RemoveAll(s.site.Root.AuditHead()); err != nil {
		return err
	}
	if len(f.Roles) > 0 && len(strangers) == 0 {
		if err := outside.Withdraw(ctx, to); err != nil {
			return err
		}
	}
	return on.Remove(s.site.Root.Outside())
}
