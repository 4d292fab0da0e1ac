package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
)

// DB is one test's own database.
type DB struct {
	t      testing.TB
	server *server
	name   string
	app    func() *db.Pool
	owner  func() *db.Pool
}

// New gives a fresh database with the platform's schema and those of streams, in that order. It is dropped when the
// test ends.
func New(t testing.TB, streams ...db.Stream) *DB {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	template, err := s.templates.get(s, streams)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return s.fresh(t, template)
}

// Empty gives a database without any schema, for tests of the migrations themselves.
func Empty(t testing.TB) *DB {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	name := s.templates.name("e")
	if _, err := db.CreateDatabase(context.Background(), s.dsn("postgres"), name); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return s.wrap(t, name)
}

func (s *server) fresh(t testing.TB, template string) *DB {
	name := s.templates.name("t")
	err := s.do(fmt.Sprintf("create database %s template %s owner %s", name, template, db.OwnerRole))
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return s.wrap(t, name)
}

func (s *server) wrap(t testing.TB, name string) *DB {
	d := &DB{t: t, server: s, name: name}
	// registered before the pools, so it runs after they are closed
	t.Cleanup(func() {
		if err := s.do("drop database " + name + " with (force)"); err != nil {
			t.Errorf("dbtest: %v", err)
		}
	})
	d.app = sync.OnceValue(func() *db.Pool { return d.pool(d.AppDSN()) })
	d.owner = sync.OnceValue(func() *db.Pool { return d.pool(d.OwnerDSN()) })
	return d
}

// App is the pool of the application role, the one that the platform works with.
func (d *DB) App() *db.Pool { return d.app() }

// Owner is a pool of the role that owns the tables; row-level security does not bind it.
func (d *DB) Owner() *db.Pool { return d.owner() }

// AppDSN is the address for the application role.
func (d *DB) AppDSN() string {
	return d.server.cluster.DSN(db.AppRole, d.server.passwords.App, d.name).Reveal()
}

// OwnerDSN is the address for the owner: migrations, seeds, COPY.
func (d *DB) OwnerDSN() string {
	return d.server.cluster.DSN(db.OwnerRole, d.server.passwords.Owner, d.name).Reveal()
}

// ReadOnlyDSN is the address for the read-only role.
func (d *DB) ReadOnlyDSN() string {
	return d.server.cluster.DSN(db.ReadOnlyRole, d.server.passwords.ReadOnly, d.name).Reveal()
}

// SuperDSN is the address for the superuser: for tests that play the attacker.
func (d *DB) SuperDSN() string { return d.server.dsn(d.name) }

// Exec runs statements as the owner and fails the test on an error.
func (d *DB) Exec(sql string, args ...any) {
	d.t.Helper()
	if _, err := d.Owner().Raw().Exec(context.Background(), sql, args...); err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
}

// Text is the first column of the first row, as text, asked by the owner; "" for none.
func (d *DB) Text(sql string, args ...any) string {
	d.t.Helper()
	rows, err := d.Owner().Raw().Query(context.Background(), sql, args...)
	if err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	got, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		v, err := row.Values()
		if err != nil || v[0] == nil {
			return "", err
		}
		return fmt.Sprint(v[0]), nil
	})
	if err != nil {
		d.t.Fatalf("%s: %v", sql, err)
	}
	if len(got) == 0 {
		return ""
	}
	return got[0]
}

func (d *DB) pool(dsn string) *db.Pool {
	p, err := db.Open(context.Background(), dsn, 8)
	if err != nil {
		d.t.Fatalf("dbtest: %v", err)
	}
	d.t.Cleanup(p.Close)
	return p
}

func (s *server) do(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, sql)
	return err
}

// templates are the migrated databases that tests' own are cloned from, by the content of their streams.
type templates struct {
	mu     sync.Mutex
	byKey  map[string]string
	number atomic.Int64
}

func (ts *templates) name(kind string) string { return fmt.Sprintf("%s%d", kind, ts.number.Add(1)) }

func (ts *templates) get(s *server, streams []db.Stream) (string, error) {
	key, err := digest(streams)
	if err != nil {
		return "", err
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if name, ok := ts.byKey[key]; ok {
		return name, nil
	}
	ctx, name := context.Background(), ts.name("template")
	if _, err := db.CreateDatabase(ctx, s.dsn("postgres"), name); err != nil {
		return "", err
	}
	owner := s.cluster.DSN(db.OwnerRole, s.passwords.Owner, name).Reveal()
	if _, err := db.Migrate(ctx, owner, streams, nil); err != nil {
		return "", err
	}
	if ts.byKey == nil {
		ts.byKey = map[string]string{}
	}
	ts.byKey[key] = name
	return name, nil
}

func digest(streams []db.Stream) (string, error) {
	h := sha256.New()
	for _, s := range streams {
		fmt.Fprintf(h, "schema %s\n", s.Schema)
		err := fs.WalkDir(s.FS, ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			text, err := fs.ReadFile(s.FS, path)
			fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
