// Package archive has PostgreSQL archive its log continuously, or no longer: the configuration of the archiver, the archive that
// knows this cluster, and a server that was told.
package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Step does it.
type Step struct {
	site instance.Site
	here bool
}

// New makes the step.
func New(site instance.Site) *Step { return &Step{site: site} }

// Here is the part of the step that asks nobody else: for a start, which must not wait for a disk that is away.
func Here(site instance.Site) *Step { return &Step{site, true} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "archive", Title: "step.archive", Touches: []string{"etc/secrets", "backups", "PostgreSQL"}, Timeout: 15 * time.Minute, Reversible: true}
}

// The changes.
const (
	config = "config" // the archiver's configuration
	known  = "known"  // the archive takes the log of this cluster
	told   = "told"   // the server runs with the settings that it would be started with
)

// Plan compares each with the answers. Finding "archive.program" when the archiver is missing.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	if s.site.External() {
		return nil, nil
	}
	_, _, err := system(look, s.site.Root)
	if errors.Is(err, fs.ErrNotExist) {
		if !s.site.Continuous() {
			return nil, nil
		}
		return nil, engine.After("cluster", engine.Change{ID: known, Action: "create", Target: s.site.Root.ArchiveConfig()})
	}
	if err != nil {
		return nil, err
	}
	changes, err := s.configured(look)
	if err != nil || s.here {
		return changes, err
	}
	if s.site.Continuous() {
		strange, err := s.strange(ctx, look, len(changes) > 0)
		if err != nil {
			return nil, err
		}
		if strange {
			changes = append(changes, engine.Change{ID: known, Action: "create", Target: "pgBackRest"})
		}
	}
	deaf, err := s.deaf(look)
	if deaf {
		changes = append(changes, engine.Change{ID: told, Action: "restart", Target: "PostgreSQL"})
	}
	return changes, err
}

// configured compares the configuration of the archiver.
func (s *Step) configured(look engine.Reader) ([]engine.Change, error) {
	path := s.site.Root.ArchiveConfig()
	have, err := look.ReadFile(path)
	there := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(err, fault.Forbidden, "instance.secret.unreadable", "name", path)
	}
	if !s.site.Continuous() {
		if there {
			return []engine.Change{{ID: config, Action: "remove", Target: path}}, nil
		}
		return nil, nil
	}
	if _, err := instance.Archiver(); err != nil && !s.here {
		return nil, err
	}
	want, err := s.want()
	if fault.Is(err, fault.NotInstalled) {
		return nil, engine.After("answers", engine.Change{ID: config, Action: "create", Target: path})
	}
	if err != nil {
		return nil, err
	}
	owned := false
	if there {
		if owned, err = s.site.Owned(look, path); err != nil {
			return nil, err
		}
	}
	switch {
	case !there:
		return []engine.Change{{ID: config, Action: "create", Target: path}}, nil
	case !bytes.Equal(have, want) || !owned:
		return []engine.Change{{ID: config, Action: "update", Target: path}}, nil
	}
	return nil, nil
}

func (s *Step) want() ([]byte, error) {
	a, err := backup.Continuous(s.site)
	if err != nil {
		return nil, err
	}
	return a.Config()
}

// strange reports whether the archive does not know this cluster. It cannot be asked before it is configured.
func (s *Step) strange(ctx context.Context, look engine.Reader, unconfigured bool) (bool, error) {
	if unconfigured {
		return true, nil
	}
	a, err := backup.Continuous(s.site)
	if err != nil {
		return false, err
	}
	info, err := a.Info(ctx, look)
	if err != nil {
		return false, err
	}
	number, major, err := system(look, s.site.Root)
	return err == nil && !info.Knows(number, major), err
}

// deaf reports whether the server runs with other settings than it would be started with.
func (s *Step) deaf(look engine.Reader) (bool, error) {
	pid, up, err := s.site.Process(look)
	if err != nil || !up {
		return false, err
	}
	c, err := s.site.Server(look)
	if err != nil {
		return false, err
	}
	heard, err := c.Heard(pid)
	if err != nil {
		return false, fault.Wrap(err, fault.Unavailable, "postgres.data.unreadable", "path", s.site.Root.Postgres())
	}
	return !heard, nil
}

// system is the number that a cluster got when it was made, which begins its control file, and its major version.
func system(look engine.Reader, root instance.Root) (number uint64, major string, err error) {
	version, err := look.ReadFile(filepath.Join(root.Postgres(), "PG_VERSION"))
	if err != nil {
		return 0, "", err
	}
	control, err := look.ReadFile(filepath.Join(root.Postgres(), "global", "pg_control"))
	if err == nil && len(control) < 8 {
		err = fault.New(fault.Finding, "postgres.data.unreadable", "path", root.Postgres())
	}
	if err != nil {
		return 0, "", err
	}
	return binary.NativeEndian.Uint64(control), strings.TrimSpace(string(version)), nil
}

// Apply makes one of them true.
func (s *Step) Apply(ctx context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	switch c.ID {
	case config:
		return s.configure(on, c.Action)
	case known:
		a, err := backup.Continuous(s.site)
		if err != nil {
			return err
		}
		return a.Prepare(ctx, on)
	}
	return s.tell(ctx, on)
}

// tell starts the server anew. Whoever keeps it would start it as it was: the platform and its supervisor stand still meanwhile.
func (s *Step) tell(ctx context.Context, on engine.Host) error {
	k := keeper.For(s.site)
	state, err := k.Platform(ctx, on)
	if err != nil {
		return err
	}
	if state.PID != 0 {
		if err := k.StopPlatform(ctx, on); err != nil {
			return err
		}
	}
	if err := k.StopServer(ctx, on); err != nil {
		return err
	}
	if err := k.StartServer(ctx, on); err != nil || state.PID == 0 {
		return err
	}
	return k.StartPlatform(ctx, on)
}

func (s *Step) configure(on engine.Host, action string) error {
	path := s.site.Root.ArchiveConfig()
	if action == "remove" {
		return on.Remove(path)
	}
	text, err := s.want()
	if err != nil {
		return err
	}
	if err := on.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	return s.site.Own(on, path)
}

// Undo removes the configuration. What is in the archive stays: it may be needed.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if c.ID != config || c.Action != "create" {
		return nil
	}
	return on.Remove(s.site.Root.ArchiveConfig())
}
