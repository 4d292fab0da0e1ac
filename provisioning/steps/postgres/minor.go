package postgres

import (
	"context"
	"path/filepath"
	"time"

	pg "egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Minor starts the server anew with the programs of the site's release, and rebuilds what another version of the order of
// letters asks for.
type Minor struct{ site instance.Site }

// NewMinor makes the step. It belongs after the swap of current/, which systemd starts the server from.
func NewMinor(site instance.Site) *Minor { return &Minor{site} }

// Info describes the step.
func (s *Minor) Info() engine.Info {
	return engine.Info{Name: "pg-minor", Title: "step.pg-minor", Touches: []string{"PostgreSQL"}, Timeout: 12 * time.Hour, Reversible: true}
}

// detailDir is where the programs of before lie, detailLib their libraries.
const (
	detailDir = "dir"
	detailLib = "lib"
)

// Plan asks for a new start when the server runs by other programs than those of the site. One that does not run will be
// started with the right ones.
func (s *Minor) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	pid, up, err := s.site.Process(look)
	if fault.Is(err, fault.NotFound) {
		return nil, engine.After("account")
	}
	if err != nil || !up {
		return nil, err
	}
	bin, err := s.site.Binaries()
	if err != nil {
		return nil, err
	}
	runs, err := pg.Of(pid)
	if err != nil || runs.Same(bin) {
		return nil, err
	}
	return []engine.Change{{ID: "restart", Action: "update", Target: "PostgreSQL", Detail: map[string]string{
		detailFrom: runs.Version, detailTo: bin.Version, detailDir: runs.Dir, detailLib: runs.Lib}}}, nil
}

// Apply starts it anew.
func (s *Minor) Apply(ctx context.Context, on engine.Host, _ engine.Change, _ engine.Progress) error {
	if err := keeper.For(s.site).StopServer(ctx, on); err != nil {
		return err
	}
	if err := keeper.For(s.site).StartServer(ctx, on); err != nil {
		return err
	}
	return s.recollate(ctx, on)
}

func (s *Minor) recollate(ctx context.Context, look engine.Reader) error {
	c, err := s.site.Cluster(look)
	if err != nil {
		return err
	}
	password, err := s.site.Secret(instance.SuperPassword)
	if err != nil {
		return err
	}
	_, err = c.Recollate(ctx, password, true)
	return err
}

// Undo starts it with the programs of before, which lie where they lay. Under systemd it is the release that current points
// at that chooses the programs: there the server stays, a minor version serves the release before as well.
func (s *Minor) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	if s.site.Systemd {
		return engine.Keep("step.pg-minor.stays")
	}
	before := pg.Binaries{Dir: c.Detail[detailDir], Lib: c.Detail[detailLib], Version: c.Detail[detailFrom]}
	have, err := majorOf(on, s.site.Root.Postgres())
	if err != nil {
		return err
	}
	before.Major = have
	if _, err := on.Stat(filepath.Join(before.Dir, "postgres")); err != nil {
		return engine.Keep("step.pg-minor.stays")
	}
	server, err := s.site.ClusterOn(on, before)
	if err != nil {
		return err
	}
	if pid, up := server.Running(); !up {
		return nil
	} else if runs, err := pg.Of(pid); err != nil || runs.Same(before) {
		return err
	}
	if err := server.Stop(ctx, pg.Fast); err != nil {
		return err
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	return s.recollate(ctx, on)
}
