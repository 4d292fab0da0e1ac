// Package seed loads what the kit packages for the province, one service at a time, each in one transaction with the
// note that it was loaded.
package seed

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Load puts the packaged rows of one service into its empty schema.
type Load struct {
	Service string
	Digest  func() ([]byte, error) // of what is packaged: noted beside, so that an upgrade knows what is there
	Into    func(ctx context.Context, tx pgx.Tx) error
}

// Step loads.
type Step struct {
	site  instance.Site
	loads []Load
	purge bool
}

// New makes the step; purgeData says whether an undo takes the data folder with it. loads come in the order in which they depend on each other.
func New(site instance.Site, loads []Load, purgeData bool) *Step {
	return &Step{site, loads, purgeData}
}

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: "seed", Title: "step.seed", Touches: []string{"catalogue", "hierarchy", "calendar"}, Reversible: s.purge}
	if !s.purge {
		info.Why = "step.data.kept"
	}
	return info
}

// Plan lists the services that have not been loaded. Other packaged rows than the loaded ones are an upgrade's to merge.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	up, err := s.site.Running(look)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if !up {
		return nil, engine.After("schema", s.changes(nil)...)
	}
	conn, err := s.connect(ctx)
	if fault.Is(err, fault.Unavailable) {
		return nil, engine.After("schema", s.changes(nil)...)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, `select service from platform.seed`)
	if err == nil {
		var loaded []string
		loaded, err = pgx.CollectRows(rows, pgx.RowTo[string])
		if err == nil {
			return s.changes(loaded), nil
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42P01" || pg.Code == "3F000") { // the table is not there yet
		return nil, engine.After("schema", s.changes(nil)...)
	}
	return nil, db.Explain(err)
}

func (s *Step) changes(loaded []string) []engine.Change {
	done := map[string]bool{}
	for _, name := range loaded {
		done[name] = true
	}
	var out []engine.Change
	for _, l := range s.loads {
		if !done[l.Service] {
			out = append(out, engine.Change{ID: l.Service, Action: "create", Target: l.Service})
		}
	}
	return out
}

// Apply loads one service.
func (s *Step) Apply(ctx context.Context, _ engine.Host, c engine.Change, _ engine.Progress) error {
	for _, l := range s.loads {
		if l.Service != c.ID {
			continue
		}
		digest, err := l.Digest()
		if err != nil {
			return err
		}
		conn, err := s.connect(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		return db.Explain(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `insert into platform.seed (service, digest) values ($1, $2)`, l.Service, digest); err != nil {
				return err
			}
			return l.Into(ctx, tx)
		}))
	}
	return fault.New(fault.Internal, "internal")
}

func (s *Step) connect(ctx context.Context) (*pgx.Conn, error) {
	dsn, err := s.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, dsn.Reveal())
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "db.unreachable")
	}
	return conn, nil
}

// Undo has nothing to do of its own: the rows live in the data folder and go with it.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
