// Package cluster makes the data folder of the instance's private PostgreSQL, and keeps its settings as this release
// wants them.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	pg "egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes the cluster. purge says whether an undo may take the data with it.
type Step struct {
	site  instance.Site
	purge bool
}

// New makes the step.
func New(site instance.Site, purgeData bool) *Step { return &Step{site, purgeData} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: "cluster", Title: "step.cluster", Touches: []string{"data/postgres", "journal/audit-head.json"}, Timeout: 15 * time.Minute, Reversible: s.purge}
	if !s.purge {
		info.Why = "step.cluster.kept"
	}
	return info
}

// Plan asks for the data folder when there is none. Data of another major version is refused.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	made := engine.Change{ID: "initdb", Action: "create", Target: s.site.Root.Postgres()}
	if _, err := look.Stat(filepath.Join(s.site.Root.Postgres(), "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		return []engine.Change{made}, nil
	} else if err != nil {
		return nil, fmt.Errorf("look at data folder: %w", err)
	}
	c, err := s.site.Cluster(look)
	if fault.Is(err, fault.NotFound) {
		return nil, engine.After("account")
	}
	if err != nil {
		return nil, err
	}
	if err := c.CheckMajor(); err != nil {
		return nil, err
	}
	// Data that an earlier installation kept were handed over to root when its account went.
	owned, err := s.site.Owned(look, made.Target)
	if err != nil {
		return nil, fmt.Errorf("look at data folder: %w", err)
	}
	info, err := look.Stat(made.Target)
	if err != nil {
		return nil, fmt.Errorf("look at data folder: %w", err)
	}
	if !owned || info.Mode().Perm() != closed {
		return []engine.Change{{ID: "own", Action: "update", Target: made.Target}}, nil
	}
	return nil, nil
}

// closed is the data folder's mode: PostgreSQL itself starts on no wider one but 0750.
const closed = 0o700

// Apply runs initdb aside and moves the result into place, or gives kept data to the present account.
func (s *Step) Apply(ctx context.Context, on engine.Host, ch engine.Change, _ engine.Progress) error {
	if ch.ID == "own" {
		if err := s.site.OwnTree(on, ch.Target); err != nil {
			return err
		}
		return on.Chmod(ch.Target, closed)
	}
	c, err := s.site.Cluster(on)
	if err != nil {
		return err
	}
	password, err := s.site.Secret(instance.SuperPassword)
	if err != nil {
		return err
	}
	if err := on.RemoveAll(gone(ch.Target)); err != nil {
		return err
	}
	return c.Init(ctx, password, pg.HostSize())
}

// gone is where a data folder waits for its removal: it takes a while, and half a data folder must stand nowhere.
func gone(target string) string { return target + ".gone" }

// Undo removes the data folder, but only when the operator said so. The sealed head of its audit log goes first: a cut
// must not leave the head of a log that is gone, which the next installation's log would then be held against.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if !s.purge {
		return nil
	}
	if c.ID == "own" {
		return engine.Keep("") // the change that made the folder says what becomes of it
	}
	if _, err := on.Stat(c.Target); err == nil {
		for _, act := range []func() error{
			func() error { return on.RemoveAll(s.site.Root.AuditHead()) },
			func() error { return on.RemoveAll(gone(c.Target)) },
			func() error { return on.Rename(c.Target, gone(c.Target)) },
		} {
			if err := act(); err != nil {
				return err
			}
		}
	}
	for _, path := range []string{gone(c.Target), c.Target + ".new", c.Target + ".new.pw"} {
		if err := on.RemoveAll(path); err != nil {
			return err
		}
	}
	return purgeKept(on, c.Target)
}

// purgeKept removes the clusters of other major versions, which hold the same data: see package steps/postgres.
func purgeKept(on engine.Host, data string) error {
	entries, err := on.ReadDir(filepath.Dir(data))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("list the kept clusters: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+filepath.Base(data)+"-") {
			if err := on.RemoveAll(filepath.Join(filepath.Dir(data), e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}
