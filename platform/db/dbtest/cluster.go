// Package dbtest gives tests a real PostgreSQL: one private server for each test process, one fresh database for each
// test, cloned from a template that was migrated once.
//
//	d := dbtest.New(t, db.Stream{Schema: "agencies", FS: migrations.FS})
//	err := d.App().Tx(ctx, who.Program("test"), func(ctx context.Context, tx pgx.Tx) error { ... })
//
// Nothing is left behind, even if the test process is killed: a watcher stops the server and removes its folder as
// soon as the process is gone.
package dbtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"egovctl/platform/db"
	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/secret"
)

// server is the private PostgreSQL of this process.
type server struct {
	cluster   *cluster.Cluster
	super     secret.String
	passwords db.Passwords
	templates templates
	held      func() // never called: it keeps the watcher's input open until the kernel closes it with this process
}

var theServer = sync.OnceValues(startServer)

func startServer() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	bin, err := cluster.Find()
	if err != nil {
		return nil, err
	}
	root, as, err := folder()
	if err != nil {
		return nil, err
	}
	c, err := cluster.Open(cluster.Options{
		Binaries: bin, Data: filepath.Join(root, "data"), Socket: filepath.Join(root, "s"), Log: filepath.Join(root, "log"), As: as,
		Settings: map[string]string{
			"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB",
			"max_connections": "200", "autovacuum": "off", "logging_collector": "off", "max_wal_size": "256MB",
		},
	})
	if err != nil {
		return nil, err
	}
	release, err := watch(root)
	if err != nil {
		return nil, err
	}
	s := &server{cluster: c, held: release, super: secret.Random(16), passwords: db.Passwords{
		Owner: secret.Random(16), App: secret.Random(16), ReadOnly: secret.Random(16)}}
	if err := c.Init(ctx, s.super, cluster.Size{Memory: 512 << 20, Cores: 2}); err != nil {
		return nil, err
	}
	if err := c.Start(ctx); err != nil {
		return nil, err
	}
	_, err = db.EnsureRoles(ctx, s.dsn("postgres"), s.passwords)
	return s, err
}

func (s *server) dsn(database string) string {
	return s.cluster.DSN(s.cluster.Superuser(), s.super, database).Reveal()
}

// folder makes the server's folder. PostgreSQL refuses root, so root hands it to an account that every system has.
func folder() (root string, as *cluster.Account, err error) {
	root, err = os.MkdirTemp("", "egov-dbtest-")
	if err != nil || os.Geteuid() != 0 {
		return root, nil, err
	}
	as, err = Unprivileged()
	if err != nil {
		return root, nil, err
	}
	return root, as, os.Chown(root, as.UID, as.GID)
}

// Unprivileged is an account that can run PostgreSQL when the tests run as root; nil when they do not.
func Unprivileged() (*cluster.Account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err1 == nil && err2 == nil {
			return &cluster.Account{UID: uid, GID: gid}, nil
		}
	}
	return nil, fmt.Errorf("dbtest: neither account postgres nor nobody exists")
}

// watcher waits until its standard input ends, which is when this process does, however that happens; then it stops the
// server and removes the folder. It says nothing, and it is in a session of its own, so Ctrl-C does not reach it.
const watcher = `cat >/dev/null
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2>/dev/null
  while [ -e "/proc/$pid/exe" ]; do sleep 0.02; done
fi
rm -rf "$1"`

// watch starts the watcher of a folder. release ends it at once and waits until the folder is gone.
func watch(root string) (release func(), err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	cmd := exec.Command("/bin/sh", "-c", watcher, "sh", root)
	cmd.Stdin = r
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		_ = w.Close()
		return nil, err
	}
	return func() { _ = w.Close(); _ = cmd.Wait() }, nil
}
