package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/kernel/fault"
)

// migrateLock keeps runners apart, over all schemas of the database ("egovmigr").
const migrateLock int64 = 0x65676f766d696772

// Report tells what a run did.
type Report struct {
	Applied []File
	Took    time.Duration
}

// Migrate brings the platform's schema and then each of streams to its newest version, in that order; dsn is the
// owner's. say, which may be nil, hears of every file after it was committed. Files that are applied already must be
// byte for byte the same. Versions that this program does not know are left alone: a release runs on the schema of the
// next one.
//
// A failing file is undone as a whole, and those before it stay. ctx is looked at between files: a file that has begun is
// finished. All files are durable when Migrate returns.
//
// Faults: busy "db.migrate.busy" (ctx ended while another run held the lock), conflict "db.migrate.dirty", refused
// "db.migrate.changed", "db.migrate.order", internal "db.migrate.failed", interrupted "db.migrate.interrupted".
func Migrate(ctx context.Context, dsn string, streams []Stream, say func(schema string, version uint)) (Report, error) {
	begun := time.Now()
	all, err := openStreams(streams)
	if err != nil {
		return Report{}, err
	}
	conn, err := connect(ctx, dsn)
	if err != nil {
		return Report{}, err
	}
	defer closeConn(conn) // and with it the lock
	if todo, err := pending(ctx, conn, all); err != nil || len(todo) == 0 {
		return Report{Took: time.Since(begun)}, err
	}
	if err := lock(ctx, conn); err != nil {
		return Report{}, err
	}
	r := runner{conn: conn, say: say}
	err = r.run(ctx, all)
	r.report.Took = time.Since(begun)
	return r.report, err
}

// Pending lists the files that Migrate would apply. It only reads. Faults as Migrate's.
func Pending(ctx context.Context, dsn string, streams []Stream) ([]File, error) {
	all, err := openStreams(streams)
	if err != nil {
		return nil, err
	}
	conn, err := connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer closeConn(conn)
	return pending(ctx, conn, all)
}

// Steps moves one schema n files up, or down when n is negative: for the tests of migrations only, since it never
// looks at what is lost. The platform's schema must be there.
func Steps(ctx context.Context, dsn string, stream Stream, n int) error {
	o, err := openStream(stream)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "db.migrate.stream", "schema", stream.Schema)
	}
	conn, err := connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer closeConn(conn)
	if err := lock(ctx, conn); err != nil {
		return err
	}
	r := runner{conn: conn}
	if err := r.prepare(ctx, o); err != nil {
		return err
	}
	return r.apply(ctx, o, func(m *migrate.Migrate) error { return m.Steps(n) })
}

type runner struct {
	conn   *pgx.Conn
	say    func(string, uint)
	report Report
}

func (r *runner) run(ctx context.Context, all []opened) error {
	// what another run did while we waited for the lock is seen now
	todo, err := pending(ctx, r.conn, all)
	if err != nil || len(todo) == 0 {
		return err
	}
	need := map[string]bool{}
	for _, f := range todo {
		need[f.Schema] = true
	}
	for _, o := range all {
		if !need[o.schema] {
			continue
		}
		if err := r.prepare(ctx, o); err != nil {
			return err
		}
		if err := r.apply(ctx, o, (*migrate.Migrate).Up); err != nil {
			return err
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := r.durable(ctx); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fault.Wrap(ctx.Err(), fault.Interrupted, "db.migrate.interrupted")
	}
	return nil
}

// prepare makes the schema and its table of versions; both stand for themselves.
func (r *runner) prepare(ctx context.Context, o opened) error {
	// Commits need not reach the disk one by one: the log keeps their order, and durable() waits for the last one.
	_, err := r.conn.Exec(ctx, fmt.Sprintf(`set client_min_messages = warning; set synchronous_commit = off; set lock_timeout = '%s';
		create schema if not exists %s;
		create table if not exists %s (version bigint not null primary key, dirty boolean not null)`,
		lockWait, o.schema, (&driver{stream: o}).table()))
	if err != nil {
		return Explain(err)
	}
	return Explain(mend(ctx, r.conn, o))
}

// durable makes everything that was committed before survive a power cut.
func (r *runner) durable(ctx context.Context) error {
	_, err := r.conn.Exec(context.WithoutCancel(ctx), `set synchronous_commit = on; select pg_logical_emit_message(true, 'egov', 'migrated')`)
	return Explain(err)
}

func (r *runner) apply(ctx context.Context, o opened, move func(*migrate.Migrate) error) error {
	d := &driver{ctx: context.WithoutCancel(ctx), conn: r.conn, stream: o, done: func(version uint) { r.heard(o, version) }}
	m, err := migrate.NewWithInstance("iofs", o.source, "pgx", d)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "db.migrate.stream", "schema", o.schema)
	}
	stop := context.AfterFunc(ctx, func() { m.GracefulStop <- true })
	defer stop()
	err = move(m)
	var dirty migrate.ErrDirty
	switch {
	case err == nil, errors.Is(err, migrate.ErrNoChange):
		return nil
	case errors.As(err, &dirty):
		return fault.Wrap(err, fault.Conflict, "db.migrate.dirty", "schema", o.schema, "version", dirty.Version)
	}
	return fault.Wrap(err, codeOf(err), "db.migrate.failed", "schema", o.schema, "version", d.target, "why", why(err))
}

func (r *runner) heard(o opened, version uint) {
	for _, f := range o.files {
		if f.Version == version {
			r.report.Applied = append(r.report.Applied, f.File)
		}
	}
	if r.say != nil {
		r.say(o.schema, version)
	}
}

// lock polls: a waiting pg_advisory_lock is a transaction that CREATE INDEX CONCURRENTLY would wait for, for ever.
func lock(ctx context.Context, conn *pgx.Conn) error {
	for {
		var got bool
		if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1)`, migrateLock).Scan(&got); err != nil && ctx.Err() == nil {
			return Explain(err)
		}
		if got {
			return nil
		}
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Busy, "db.migrate.busy")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func codeOf(err error) fault.Code {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		if c := fault.CodeOf(Explain(pg)); c != fault.NotFound && c != fault.Forbidden {
			return c
		}
		return fault.Internal
	}
	return fault.Unavailable
}

func why(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Message + " (" + pg.Code + ")"
	}
	return err.Error()
}
