package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"egovctl/platform/db/cluster"
)

// floorCommand makes the program the floor itself: a process of its own, as egovctl is one.
const floorCommand = "floor"

// floor is what an experienced hand would type in place of egovctl: initdb, start, psql of the same schema, COPY of the same
// rows. The folder holds input.json and seed.sql beside what is made.
type floor struct {
	Dir    string           `json:"dir"`
	Bin    cluster.Binaries `json:"bin"`
	Config string           `json:"config"` // postgresql.conf of the instance, with other folders
	SQL    string           `json:"sql"`    // file
	As     *cluster.Account `json:"as"`     // nil is the caller
}

// Marks in what psql prints: the moments between which the schema and the rows were made, in seconds.
const markSQL = "select 'moment', extract(epoch from clock_timestamp());\n"

const rolesSQL = `\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
create role egov_owner login password 'floor';
create role egov_app login password 'floor';
create role egov_readonly login password 'floor';
create database egov owner egov_owner template template0 encoding 'UTF8' locale_provider icu icu_locale 'vi-VN' locale 'C.UTF-8';
\connect egov
set session authorization egov_owner;
set client_min_messages = warning;
`

// newFloor writes what the floor needs, from an instance that stands.
func newFloor(ctx context.Context, dir string, in *instance) (f floor, rows int64, err error) {
	schema, err := schemaSQL()
	if err != nil {
		return f, 0, err
	}
	data, rows, err := rowsSQL(ctx, in, schema)
	if err != nil {
		return f, 0, err
	}
	config, err := os.ReadFile(filepath.Join(in.root, "data", "postgres", "postgresql.conf"))
	if err != nil {
		return f, 0, err
	}
	f = floor{Dir: dir, SQL: filepath.Join(dir, "all.sql")}
	if f.Bin, err = cluster.Find(""); err != nil {
		return f, 0, err
	}
	f.Config = strings.NewReplacer(filepath.Join(in.root, "run"), dir, filepath.Join(in.root, "log"), filepath.Join(dir, "made", "log")).Replace(string(config))
	if f.As, err = nobody(); err != nil {
		return f, 0, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return f, 0, err
	}
	sql := rolesSQL + markSQL + schema + markSQL + string(data) + markSQL
	if err := os.WriteFile(f.SQL, []byte(sql), 0o644); err != nil {
		return f, 0, err
	}
	raw, err := json.Marshal(f)
	if err != nil {
		return f, 0, err
	}
	return f, rows, os.WriteFile(filepath.Join(dir, "input.json"), raw, 0o644)
}

// nobody is an account without rights, since PostgreSQL refuses root; nil when the caller is not root.
func nobody() (*cluster.Account, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nil is the caller, as for a cluster
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	return &cluster.Account{UID: uid, GID: gid}, err
}

func loadFloor(dir string) (floor, error) {
	var f floor
	raw, err := os.ReadFile(filepath.Join(dir, "input.json"))
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(raw, &f)
}

func (f floor) data() string { return filepath.Join(f.Dir, "made", "data") }

// cluster is only used to start and stop: by polling every 5 ms it waits less than pg_ctl does, which favours the floor.
func (f floor) cluster() (*cluster.Cluster, error) {
	return cluster.Open(cluster.Options{Binaries: f.Bin, Data: f.data(), Socket: f.Dir, Log: filepath.Join(f.Dir, "made", "log"), Superuser: "floor", As: f.As})
}

// runFloor does the work; psql's moments go to stdout.
func runFloor(ctx context.Context, dir string) error {
	f, err := loadFloor(dir)
	if err != nil {
		return err
	}
	for _, d := range []string{f.Dir, filepath.Dir(f.data())} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
		if f.As != nil {
			if err := os.Chown(d, f.As.UID, f.As.GID); err != nil {
				return err
			}
		}
	}
	if _, err := output(f.program(ctx, "initdb", "-D", f.data(), "-U", "floor", "--auth=trust", "--data-checksums", "--encoding=UTF8",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale="+cluster.Locale, "--text-search-config=simple", "--no-instructions")); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(f.data(), "postgresql.conf"), []byte(f.Config), 0o600); err != nil {
		return err
	}
	c, err := f.cluster()
	if err != nil {
		return err
	}
	if err := c.Start(ctx); err != nil {
		return err
	}
	out, err := output(f.program(ctx, "psql", "-X", "-q", "-h", f.Dir, "-U", "floor", "-d", "postgres", "-f", f.SQL))
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(out)
	return err
}

func (f floor) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, f.Bin.Path(name), args...)
	cmd.Env, cmd.Dir = f.Bin.Env(), "/"
	if f.As != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(f.As.UID), Gid: uint32(f.As.GID), Groups: []uint32{}}}
	}
	return cmd
}

// moments reads the marks.
func moments(stdout []byte) []float64 {
	var out []float64
	for line := range strings.Lines(string(stdout)) {
		if at, ok := strings.CutPrefix(strings.TrimSpace(line), "moment|"); ok {
			if s, err := strconv.ParseFloat(at, 64); err == nil {
				out = append(out, s)
			}
		}
	}
	return out
}

// stopFloor ends the server in dir, if there is one, and removes what was made; the input stays for the next round.
func stopFloor(ctx context.Context, dir string) error {
	f, err := loadFloor(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := f.cluster()
	if err != nil {
		return err
	}
	if err := c.Stop(context.WithoutCancel(ctx), cluster.Immediate); err != nil {
		return fmt.Errorf("stop the floor: %w", err)
	}
	return os.RemoveAll(filepath.Dir(f.data()))
}
