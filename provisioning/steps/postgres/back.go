package postgres

import (
	"context"

	pg "egovctl/platform/db/cluster"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/keeper"
)

// Undo puts the cluster of before back as long as nobody has written to the new one. Once somebody has, going back would
// lose it: the data stay with the new version, on which the release before runs as well, and the old folder stays kept.
func (s *Major) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	if c.ID == "keep" {
		return nil // the change before it knows where the folder is
	}
	from, to, err := versions(c)
	if err != nil {
		return err
	}
	w, err := s.way(on, from)
	if err != nil {
		return err
	}
	data := s.site.Root.Postgres()
	have, err := majorOf(on, data)
	if err != nil {
		return err
	}
	if have == to {
		if err := s.back(ctx, on, from, to); err != nil {
			return err
		}
	}
	if err := w.passage.Clear(ctx); err != nil {
		return err
	}
	if c.Detail[detailRunning] != "true" {
		return nil
	}
	return keeper.For(s.site).StartServer(ctx, on)
}

// back lets the two folders change places again, or keeps what was written since. The folder of before lies where it is
// kept, or, after a cut, still where the new one was made.
func (s *Major) back(ctx context.Context, on engine.Host, from, to int) error {
	data := s.site.Root.Postgres()
	before := pg.Aside(data, to)
	if kept := pg.Kept(data, from); before != kept {
		if major, err := majorOf(on, kept); err != nil {
			return err
		} else if major == from {
			before = kept
		}
	}
	if major, err := majorOf(on, before); err != nil || major != from {
		return engine.Keep("step.pg-major.confirmed")
	}
	_, running, err := s.site.Process(on)
	if err != nil {
		return err
	}
	new, err := s.site.Cluster(on)
	if err != nil {
		return err
	}
	release, err := new.Hold(ctx)
	if err != nil {
		return err
	}
	untouched, err := s.untouched(ctx, on, new)
	if err == nil && untouched {
		err = pg.Exchange(before, data)
	}
	release()
	if err != nil || untouched {
		if untouched && err == nil && before != pg.Aside(data, to) {
			err = on.Rename(before, pg.Aside(data, to)) // what Clear removes
		}
		return err
	}
	if running {
		if err := keeper.For(s.site).StartServer(ctx, on); err != nil {
			return err
		}
	}
	return engine.Keep("step.pg-major.written")
}

// untouched stops the server, which makes the answer hold.
func (s *Major) untouched(ctx context.Context, on engine.Host, c *pg.Cluster) (bool, error) {
	if err := keeper.For(s.site).StopServer(ctx, on); err != nil {
		return false, err
	}
	return c.Untouched(ctx)
}
