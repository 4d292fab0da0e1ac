package db

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/golang-migrate/migrate/v4/database"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform/db/internal/script"
)

// driver lets golang-migrate work on the one connection that holds our lock. It keeps the version in the same table as
// golang-migrate's own driver for pgx (so its command line can read it), and differs from it in three ways:
//
//   - the version and the checksum are written inside the file's own transaction, so a run that is killed leaves the
//     file whole or absent and never "dirty", and a file costs one round trip and one commit in place of three;
//   - it takes no lock of its own: that one is per table and waits inside the server, where a second waiting runner
//     and CREATE INDEX CONCURRENTLY deadlock;
//   - it uses the caller's connection and closes nothing.
//
// Only a file that PostgreSQL refuses to run inside a transaction is marked dirty first and clean afterwards.
type driver struct {
	ctx    context.Context // of the run; golang-migrate's interface has none to pass
	conn   *pgx.Conn
	stream opened
	done   func(version uint) // after each file
	at     int                // version before the file
	target int                // version after it
}

var _ database.Driver = (*driver)(nil)

func (d *driver) Open(string) (database.Driver, error) {
	return nil, errors.New("opened by Migrate only")
}
func (d *driver) Close() error  { return nil }
func (d *driver) Lock() error   { return nil }
func (d *driver) Unlock() error { return nil }
func (d *driver) Drop() error {
	return errors.New("an instance's data is never dropped by a migration")
}

func (d *driver) table() string {
	return pgx.Identifier{d.stream.schema, "schema_migrations"}.Sanitize()
}

// Version reads where the schema stands.
func (d *driver) Version() (version int, dirty bool, err error) {
	err = d.conn.QueryRow(d.ctx, "select version, dirty from "+d.table()).Scan(&version, &dirty)
	if errors.Is(err, pgx.ErrNoRows) {
		version, err = database.NilVersion, nil
	}
	d.at = version
	return version, dirty, err
}

// SetVersion is called before and after Run; what it would write is written by Run.
func (d *driver) SetVersion(version int, dirty bool) error {
	if dirty {
		d.target = version
		return nil
	}
	d.at = version
	if d.done != nil && version >= 0 {
		d.done(uint(version))
	}
	return nil
}

// Run applies one file together with its record.
func (d *driver) Run(migration io.Reader) error {
	text, err := io.ReadAll(migration)
	if err != nil {
		return err
	}
	sql := string(text)
	shape, begin, commit, err := script.ShapeOf(sql)
	if err != nil {
		return err
	}
	if shape == script.Concurrent {
		return d.runConcurrent(sql)
	}
	if d.target < d.at {
		// the platform's first file takes migration_file away, so it is told before
		return d.exec(sql[:begin] + d.forget() + sql[begin:commit] + d.mark(false) + sql[commit:])
	}
	return d.exec(sql[:commit] + d.record() + d.mark(false) + sql[commit:])
}

// runConcurrent builds or drops an index outside a transaction. A cut leaves the version dirty and the index invalid;
// see mend.
func (d *driver) runConcurrent(sql string) error {
	if err := d.exec("begin; " + d.mark(true) + " commit"); err != nil {
		return err
	}
	if err := d.exec(sql); err != nil {
		return err
	}
	var invalid int
	err := d.conn.QueryRow(d.ctx, invalidIndexes("count(*)"), d.stream.schema).Scan(&invalid)
	if err == nil && invalid > 0 {
		err = fmt.Errorf("%d invalid indexes in schema %s", invalid, d.stream.schema)
	}
	if err != nil {
		return err
	}
	record := d.record()
	if d.target < d.at {
		record = d.forget()
	}
	return d.exec("begin; " + record + d.mark(false) + " commit")
}

func (d *driver) mark(dirty bool) string {
	sql := " delete from " + d.table() + ";"
	if d.target >= 0 || dirty {
		sql += fmt.Sprintf(" insert into %s (version, dirty) values (%d, %t);", d.table(), d.target, dirty)
	}
	return sql
}

func (d *driver) record() string {
	for _, f := range d.stream.files {
		if int(f.Version) == d.target {
			return fmt.Sprintf(" insert into platform.migration_file (schema, version, name, sha256) values (%s, %d, %s, '\\x%s');",
				quote(f.Schema), f.Version, quote(f.Name), hex.EncodeToString(f.sum[:]))
		}
	}
	return ""
}

func (d *driver) forget() string {
	return fmt.Sprintf(" delete from platform.migration_file where schema = %s and version > %d;", quote(d.stream.schema), d.target)
}

const (
	lockTries = 8
	lockWait  = "1s" // how long one statement may queue for a lock, with everyone else queueing behind it
)

// exec sends the statements as they are. Nobody waits behind us for long: a lock that is not had within lockWait gives
// up, the transaction is undone, and the whole file is tried again a little later.
func (d *driver) exec(sql string) error {
	for try := 1; ; try++ {
		_, err := d.conn.PgConn().Exec(d.ctx, sql).ReadAll()
		if err == nil {
			return nil
		}
		_, _ = d.conn.PgConn().Exec(d.ctx, "rollback").ReadAll() // the failed file left its transaction open
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55P03" || try == lockTries {
			return err
		}
		pause := time.Duration(100<<try)*time.Millisecond + rand.N(100*time.Millisecond)
		time.Sleep(min(pause, 5*time.Second))
	}
}
