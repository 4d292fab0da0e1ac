package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"egovctl/platform/db/cluster"
)

// saving compares backups with what the public tools do to the same instance: create with pg_dump and tar, verify with age,
// zstd and sha256sum, restore with pg_restore of two jobs.
func saving(ctx context.Context, b *bench) (rows []Row, err error) {
	in := b.instance("benchfull")
	if _, err := in.install(ctx, b.dossiers); err != nil {
		return nil, err
	}
	defer removeAfter(ctx, in, &err)
	if err := in.holds(ctx, b.dossiers); err != nil {
		return nil, err
	}
	s, err := b.newSaver(ctx, in)
	if err != nil {
		return nil, err
	}
	created, err := turns(b.pairs, func() (float64, error) { return s.dump(ctx) }, func() (float64, error) { return s.create(ctx) })
	if err != nil {
		return nil, err
	}
	rows = append(rows, compared(fmt.Sprintf("backup create of %d dossiers against pg_dump and tar", b.dossiers), "ms", created, &Limit{AtMost: 1.2}).
		noted("both compress; ours encrypts and counts as well"))
	verified, err := turns(b.pairs, func() (float64, error) { return s.digest(ctx) }, func() (float64, error) { return s.verify(ctx) })
	if err != nil {
		return rows, err
	}
	rows = append(rows, compared("backup verify against age -d | zstd -d | sha256sum", "ms", verified, &Limit{AtMost: 1.2}))
	restored, err := turns(max(5, b.pairs/3), func() (float64, error) { return s.load(ctx) }, func() (float64, error) { return s.restore(ctx) })
	if err != nil {
		return rows, err
	}
	return append(rows,
		compared("backup restore against pg_restore -j2", "ms", restored, &Limit{AtMost: 1.2}).
			noted("ours makes a cluster, checks every byte and table, changes over, starts and files a dossier on trial"),
		counted("backup: most RssAnon of create, verify and restore", "MiB", s.memory.most, &Limit{AtMost: 64})), nil
}

// saver holds what the two sides work on.
type saver struct {
	in   *instance
	pg   cluster.Binaries
	dsn  string
	dir  string // of the sets, the dump and the key
	set  string // the newest
	open string // file of a key that opens it

	memory weight
}

func (b *bench) newSaver(ctx context.Context, in *instance) (*saver, error) {
	pg, err := cluster.Find("")
	if err != nil {
		return nil, err
	}
	dsn, err := in.super()
	if err != nil {
		return nil, err
	}
	s := &saver{in: in, pg: pg, dsn: dsn, dir: filepath.Join(b.root, "sets"), open: filepath.Join(b.root, "key")}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	key, err := in.command(ctx, "backup", "key", "export", "--root", in.root)
	if err != nil {
		return nil, err
	}
	return s, os.WriteFile(s.open, key, 0o600)
}

// shell is a pipeline of public tools; what it may use stands in its environment.
func (s *saver) shell(ctx context.Context, script string) *exec.Cmd {
	c := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", script)
	c.Env = append(s.pg.Env(), "PG="+filepath.Dir(s.pg.Path("psql")), "DSN="+s.dsn, "FLOOR="+strings.Replace(s.dsn, "/egov?", "/floor?", 1), "DUMP="+filepath.Join(s.dir, "floor.dump"),
		"TAR="+filepath.Join(s.dir, "floor.tar"), "DATA="+filepath.Join(s.in.root, "data"), "SET="+s.set, "KEY="+s.open)
	return c
}

func (s *saver) dump(ctx context.Context) (float64, error) {
	quiet()
	return watched(s.shell(ctx, `"$PG/pg_dump" --format=custom --file="$DUMP" "$DSN"
		tar -C "$DATA" -cf "$TAR" files; sync -f "$DUMP"`))
}

// create writes a set and keeps it as the newest.
func (s *saver) create(ctx context.Context) (float64, error) {
	quiet()
	raw, ms, err := s.memory.watched(exec.CommandContext(ctx, s.in.binary, "backup", "create", "--out", s.dir, "--root", s.in.root, "-o", "json"))
	if err != nil {
		return 0, err
	}
	var r struct{ Path string }
	if err := json.Unmarshal(lastLine(raw), &r); err != nil {
		return 0, err
	}
	if s.set != "" {
		err = os.RemoveAll(s.set)
	}
	s.set = r.Path
	return ms, err
}

func (s *saver) digest(ctx context.Context) (float64, error) {
	return watched(s.shell(ctx, `for f in "$SET"/*.zst.age; do age -d -i "$KEY" "$f" | zstd -dc | sha256sum; done`))
}

func (s *saver) verify(ctx context.Context) (float64, error) {
	_, ms, err := s.memory.watched(exec.CommandContext(ctx, s.in.binary, "backup", "verify", s.set, "--root", s.in.root))
	return ms, err
}

func (s *saver) load(ctx context.Context) (float64, error) {
	if err := s.in.exec(ctx, "drop database if exists floor", "create database floor template template0"); err != nil {
		return 0, err
	}
	quiet()
	ms, err := watched(s.shell(ctx, `"$PG/pg_restore" --jobs=2 --no-owner --dbname="$FLOOR" "$DUMP"`))
	if err != nil {
		return ms, err
	}
	return ms, s.in.exec(ctx, "drop database floor")
}

// restore brings the newest set back and lets the side before it go, which is not measured.
func (s *saver) restore(ctx context.Context) (float64, error) {
	quiet()
	_, ms, err := s.memory.watched(exec.CommandContext(ctx, s.in.binary, "backup", "restore", s.set, "--root", s.in.root, "--yes"))
	if err != nil {
		return ms, err
	}
	_, err = s.in.command(ctx, "backup", "restore", "--confirm", "--root", s.in.root, "--yes")
	return ms, err
}
