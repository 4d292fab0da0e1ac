// Package merge brings the packaged rows of all services to what this release carries, and keeps what the province made
// of them: one transaction, whole or absent wherever it is cut.
package merge

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Work is what is merged.
type Work struct {
	Services []string                                   // those with packaged rows
	Digest   func() ([]byte, error)                     // of what is packaged
	Into     func(ctx context.Context, tx pgx.Tx) error // merges all services; may be called again after the transaction failed

	Noted func(ctx context.Context, tx pgx.Tx) (bool, error) // whether what the province's files and the release both changed is listed
	Note  func(ctx context.Context, tx pgx.Tx) error         // lists it
}

// Step merges.
type Step struct {
	site instance.Site
	work Work
}

// New makes the step.
func New(site instance.Site, work Work) *Step { return &Step{site, work} }

// Info describes the step. It is not undone: the release before works on the merged rows as well.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "merge", Title: "step.merge", Touches: []string{"catalogue", "hierarchy", "calendar"}, Why: "step.merge.kept"}
}

// Plan is one change while any service was loaded from other packaged rows, and one while conflicts of files are not listed.
// What was never loaded is the step seed's.
func (s *Step) Plan(ctx context.Context, look engine.Reader) ([]engine.Change, error) {
	all := engine.Change{ID: "rows", Action: "update", Target: instance.Database}
	up, err := s.site.Running(look)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if !up {
		return nil, engine.After("schema", all)
	}
	want, err := s.work.Digest()
	if err != nil {
		return nil, err
	}
	conn, err := s.connect(ctx)
	if fault.Is(err, fault.Unavailable) {
		return nil, engine.After("schema", all)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	changes, err := s.needed(ctx, conn, want, all)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && (pg.Code == "42P01" || pg.Code == "3F000") { // the table is not there yet
		return nil, engine.After("schema", all)
	}
	return changes, db.Explain(err)
}

// files is the change that lists the conflicts of files.
const files = "files"

func (s *Step) needed(ctx context.Context, conn *pgx.Conn, want []byte, all engine.Change) (changes []engine.Change, err error) {
	other, err := s.other(ctx, conn, want)
	if err != nil {
		return nil, err
	}
	if other {
		changes = append(changes, all)
	}
	noted := false
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		noted, err = s.work.Noted(ctx, tx)
		return err
	})
	if !noted {
		changes = append(changes, engine.Change{ID: files, Action: "update", Target: instance.Database})
	}
	return changes, err
}

func (s *Step) other(ctx context.Context, conn *pgx.Conn, want []byte) (bool, error) {
	rows, err := conn.Query(ctx, `select service, digest from platform.seed`)
	if err != nil {
		return false, err
	}
	var service string
	var digest []byte
	other := false
	_, err = pgx.ForEachRow(rows, []any{&service, &digest}, func() error {
		other = other || slices.Contains(s.work.Services, service) && !bytes.Equal(digest, want)
		return nil
	})
	return other, err
}

// tries is how often the merge begins anew when somebody edits the same rows at the same moment.
const tries = 10

// Apply merges, and notes what is loaded from now on, in one transaction.
func (s *Step) Apply(ctx context.Context, _ engine.Host, c engine.Change, say engine.Progress) error {
	digest, err := s.work.Digest()
	if err != nil {
		return err
	}
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if c.ID == files {
		return db.Explain(pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return s.work.Note(ctx, tx) }))
	}
	for try := range int64(tries) {
		say(try, 0, "tries")
		err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
			if err := s.work.Into(ctx, tx); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update platform.seed set digest = $2, loaded_at = now() where service = any ($1) and digest <> $2`, s.work.Services, digest)
			return err
		})
		if !again(err) {
			break
		}
	}
	return db.Explain(err)
}

// again reports whether somebody else wrote the same rows: what they wrote is to be merged too.
func again(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
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

// Undo has nothing to do: the release before works on the merged rows, and what the province made stands in them.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
