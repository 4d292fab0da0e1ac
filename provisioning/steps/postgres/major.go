// Package postgres exchanges the PostgreSQL of an instance for the one that a newer release brings: a minor version by
// starting the server anew, a major one by pg_upgrade on a copy, with the cluster of before kept until it is confirmed.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	pg "egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Major carries the data over to the major version that the site's release brings.
type Major struct{ site instance.Site }

// NewMajor makes the step. It belongs before whatever needs the new version, with the platform stopped or told that the
// database will be away.
func NewMajor(site instance.Site) *Major { return &Major{site} }

// Info describes the step.
func (s *Major) Info() engine.Info {
	return engine.Info{Name: "pg-major", Title: "step.pg-major", Touches: []string{"data/postgres", "PostgreSQL"}, Timeout: 12 * time.Hour, Reversible: true}
}

// Details of a change.
const (
	detailFrom    = "from"    // major version before
	detailTo      = "to"      // and after
	detailRunning = "running" // "true" when the server ran
)

// Plan asks for the passage when the release brings a newer major version than the data have. One that brings an older one
// is served by the newer. Finding "pgupgrade.old.missing" when the programs of the data's own version are nowhere.
func (s *Major) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	have, err := majorOf(look, s.site.Root.Postgres())
	if err != nil || have == 0 {
		return nil, err
	}
	offered, there, err := s.site.Offered()
	if err != nil || !there || offered.Major < have {
		return nil, err
	}
	if offered.Major == have {
		return s.left(look, have)
	}
	if _, err := s.site.BinariesOf(have); err != nil {
		return nil, fault.Wrap(err, fault.Finding, "pgupgrade.old.missing", "have", have, "want", offered.Major)
	}
	_, up, err := s.site.Process(look)
	if err != nil {
		return nil, err
	}
	detail := map[string]string{detailFrom: strconv.Itoa(have), detailTo: strconv.Itoa(offered.Major), detailRunning: strconv.FormatBool(up)}
	return []engine.Change{
		{ID: "carry", Action: "update", Target: s.site.Root.Postgres(), Detail: detail},
		{ID: "keep", Action: "update", Target: pg.Kept(s.site.Root.Postgres(), have), Detail: detail},
	}, nil
}

// left asks for the end of a passage that was cut after the folders had changed places.
func (s *Major) left(look engine.Reader, have int) ([]engine.Change, error) {
	before, err := majorOf(look, pg.Aside(s.site.Root.Postgres(), have))
	if err != nil || before == 0 || before >= have {
		return nil, err
	}
	return []engine.Change{{ID: "keep", Action: "update", Target: pg.Kept(s.site.Root.Postgres(), before), Detail: map[string]string{
		detailFrom: strconv.Itoa(before), detailTo: strconv.Itoa(have)}}}, nil
}

// majorOf is the version of a data folder; 0 when there is none.
func majorOf(look engine.Reader, data string) (int, error) {
	text, err := look.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fault.Wrap(err, fault.Unavailable, "postgres.data.unreadable", "path", data)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fault.Wrap(err, fault.Finding, "postgres.data.unreadable", "path", data)
	}
	return major, nil
}

// Apply carries the data over, or puts the folder of before where it is kept.
func (s *Major) Apply(ctx context.Context, on engine.Host, c engine.Change, say engine.Progress) error {
	from, to, err := versions(c)
	if err != nil {
		return err
	}
	data := s.site.Root.Postgres()
	if c.ID == "keep" {
		return on.Rename(pg.Aside(data, to), c.Target)
	}
	w, err := s.way(on, from)
	if err != nil {
		return err
	}
	if err := w.passage.Rehearse(ctx, pg.HostSize()); err != nil {
		return errors.Join(err, w.passage.Clear(ctx))
	}
	err = s.carry(ctx, on, w, say)
	// Whichever folder serves by now, its server comes back: the one of before when anything went wrong.
	after := context.WithoutCancel(ctx)
	if c.Detail[detailRunning] == "true" {
		if again := keeper.For(s.site).StartServer(after, on); err == nil {
			err = again
		}
	}
	return err
}

// carry does what the server must be away for. No supervisor starts it meanwhile.
func (s *Major) carry(ctx context.Context, on engine.Host, w way, say engine.Progress) error {
	release, err := w.from.Hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := keeper.For(s.site).StopServer(ctx, on); err != nil {
		return err
	}
	_, err = w.passage.Carry(ctx, time.Now().UTC(), func(stage int64) { say(stage, pg.Stages, "stages") })
	if err != nil {
		return errors.Join(err, w.passage.Clear(context.WithoutCancel(ctx)))
	}
	return pg.Exchange(w.passage.Aside(), s.site.Root.Postgres())
}

// way is the passage with the cluster that it starts from.
type way struct {
	from    *pg.Cluster
	passage *pg.Passage
}

func (s *Major) way(look engine.Reader, from int) (way, error) {
	old, err := s.site.BinariesOf(from)
	if err != nil {
		return way{}, err
	}
	offered, _, err := s.site.Offered()
	if err != nil {
		return way{}, err
	}
	c, err := s.site.ClusterOn(look, old)
	if err != nil {
		return way{}, err
	}
	password, err := s.site.Secret(instance.SuperPassword)
	if err != nil {
		return way{}, err
	}
	p, err := pg.NewPassage(c, offered, password)
	return way{c, p}, err
}

func versions(c engine.Change) (from, to int, err error) {
	from, err = strconv.Atoi(c.Detail[detailFrom])
	if err == nil {
		to, err = strconv.Atoi(c.Detail[detailTo])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("versions of the change %s: %w", c.ID, err)
	}
	return from, to, nil
}
