package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

func key(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return fmt.Sprint(err)
}

// private makes a cluster of the test's own, with every durability on, and stops it afterwards.
func private(t *testing.T) (*Cluster, secret.String) {
	t.Helper()
	bin, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	return privateWith(t, bin)
}

func privateWith(t *testing.T, bin Binaries) (*Cluster, secret.String) {
	t.Helper()
	return privateIn(t, bin, "")
}

func privateIn(t *testing.T, bin Binaries, parent string) (*Cluster, secret.String) {
	t.Helper()
	root, err := os.MkdirTemp(parent, "egov-cluster-") // t.TempDir is too long for a socket and closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	as := account(t)
	if as != nil {
		if err := os.Chown(root, as.UID, as.GID); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Open(Options{Binaries: bin, Data: root + "/data", Socket: root + "/run", Log: root + "/log", As: as, Superuser: "egov_super"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(context.Background(), Immediate); err != nil {
			t.Error(err)
		}
	})
	password := secret.Random(16)
	if err := c.Init(t.Context(), password, Size{Memory: 256 << 20, Cores: 1}); err != nil {
		t.Fatal(err)
	}
	return c, password
}

func account(t *testing.T) *Account {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &Account{UID: uid, GID: gid}
}

func start(t *testing.T, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := c.Start(ctx); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, c *Cluster, password secret.String, sql string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.DSN("egov_super", password, "postgres").Reveal())
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(context.Background()) }()
	var got *string
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	if got == nil {
		return "", err
	}
	return *got, err
}

func must(t *testing.T, c *Cluster, password secret.String, sql string) string {
	t.Helper()
	got, err := ask(t, c, password, sql)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAClusterLives(t *testing.T) {
	c, password := private(t)
	if _, running := c.Running(); running {
		t.Error("running before its start")
	}
	start(t, c)
	start(t, c) // a second start is none
	for sql, want := range map[string]string{
		"select current_setting('data_checksums')":                                                        "on",
		"select current_setting('fsync')":                                                                 "on",
		"select current_setting('listen_addresses')":                                                      "",
		"select current_setting('server_encoding')":                                                       "UTF8",
		"select to_char(timestamptz '2026-11-22 20:00+00', 'DD HH24')":                                    "23 03",
		"select datlocprovider::text || ' ' || daticulocale from pg_database where datname = 'template1'": "i vi-VN",
		"select string_agg(w, '' order by w) from unnest(array['Ê','E','Đ','D','Â','Ă','A']) w":           "AĂÂDĐEÊ",
		"select (rolpassword like 'SCRAM-SHA-256$%')::text from pg_authid where rolname = 'egov_super'":   "true",
		"select string_agg(type || ' ' || auth_method, ',' order by line_number) from pg_hba_file_rules":  "local scram-sha-256,local scram-sha-256",
		"select coalesce(string_agg(name, ','), 'none') from pg_file_settings where error is not null":    "none",
		"select to_tsvector('Đăng ký khai sinh')::text":                                                   "'khai':3 'ký':2 'sinh':4 'đăng':1",
	} {
		if got := must(t, c, password, sql); got != want {
			t.Errorf("%s: %q, want %q", sql, got, want)
		}
	}
	if _, err := ask(t, c, secret.New("wrong"), "select ''"); err == nil {
		t.Error("a wrong password was let in")
	}
	if pid, running := c.Running(); !running || sessionOf(t, pid) != pid {
		t.Error("the server is not in a session of its own")
	}
	if err := c.Stop(t.Context(), Fast); err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context(), Fast); err != nil {
		t.Error("a second stop is none:", err)
	}
	if left := c.orphans(); len(left) != 0 {
		t.Errorf("processes left: %v", left)
	}
}

func sessionOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	session, _ := strconv.Atoi(fields[3])
	return session
}

func TestAKilledServerStartsAgainWithEverythingAcknowledged(t *testing.T) {
	c, password := private(t)
	start(t, c)
	must(t, c, password, "select ''")
	for round := range 3 {
		conn, err := pgx.Connect(t.Context(), c.DSN("egov_super", password, "postgres").Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "create table if not exists t (n int)"); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "insert into t values ($1)", round); err != nil {
			t.Fatal(err)
		}
		// a child of the server that is busy when it is killed outlives it for a while
		go func() { _, _ = conn.Exec(context.Background(), "select count(*) from generate_series(1, 1000000000)") }()
		time.Sleep(50 * time.Millisecond)
		pid, _ := c.Running()
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		for c.ours(pid) {
			time.Sleep(time.Millisecond)
		}
		start(t, c)
		if got := must(t, c, password, "select string_agg(n::text, ',' order by n) from t"); got != []string{"0", "0,1", "0,1,2"}[round] {
			t.Errorf("round %d: %s", round, got)
		}
	}
}

func TestAPidFileThatNamesAnotherProcessIsNotBelieved(t *testing.T) {
	c, password := private(t)
	start(t, c)
	text, err := os.ReadFile(filepath.Join(c.Data(), "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Stop(t.Context(), Immediate); err != nil {
		t.Fatal(err)
	}
	other := exec.Command("/bin/sleep", "60") // the number was given to another process of the same account
	other.Dir = "/"
	other.SysProcAttr = &syscall.SysProcAttr{Credential: c.credential()}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Process.Kill(); _ = other.Wait() }()
	_, rest, _ := strings.Cut(string(text), "\n")
	for _, path := range []string{filepath.Join(c.Data(), "postmaster.pid"), c.SocketPath() + ".lock"} {
		if err := c.write(path, fmt.Sprintf("%d\n%s", other.Process.Pid, rest)); err != nil {
			t.Fatal(err)
		}
	}
	if _, running := c.Running(); running {
		t.Error("the other process counts as the server")
	}
	start(t, c)
	must(t, c, password, "select ''")
	if other.ProcessState != nil || syscall.Kill(other.Process.Pid, 0) != nil {
		t.Error("the other process was harmed")
	}
}

// A supervisor that looks while the server is being stopped once waited for ever for it to become ready, and held the lock.
func TestAStartDuringAStopEndsWithAServer(t *testing.T) {
	c, password := private(t)
	start(t, c)
	for range 5 {
		pid, _ := c.Running()
		if err := syscall.Kill(pid, syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		for c.Ready() {
			time.Sleep(time.Millisecond)
		}
		start(t, c)
		must(t, c, password, "select ''")
	}
}

func TestTwoStartersMakeOneServer(t *testing.T) {
	c, password := private(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = c.Start(t.Context()) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	must(t, c, password, "select ''")
}

func TestInitLeavesDataAloneAndClearsWhatACutLeft(t *testing.T) {
	c, _ := private(t)
	staging := c.Data() + ".new"
	before, err := os.Stat(filepath.Join(c.Data(), "PG_VERSION"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Init(t.Context(), secret.New("other"), HostSize()); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(filepath.Join(c.Data(), "PG_VERSION"))
	if err != nil || !os.SameFile(before, after) {
		t.Error("the data folder was made again")
	}
	if err := os.WriteFile(filepath.Join(c.Data(), "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Init(t.Context(), secret.New("other"), HostSize()); key(err) != "postgres.major" {
		t.Errorf("init over another major: %v", err)
	}
	if err := c.Start(t.Context()); key(err) != "postgres.major" {
		t.Errorf("start of another major: %v", err)
	}
	if err := os.RemoveAll(c.Data()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(staging+"/base/half", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := c.Init(t.Context(), secret.New("again"), HostSize()); err != nil {
		t.Errorf("init over a cut init: %v", err)
	}
	if left, _ := filepath.Glob(staging + "*"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	c, _ := private(t)
	if err := c.write(filepath.Join(c.Data(), "local.conf"), "no_such_setting = 1\n"); err != nil {
		t.Fatal(err)
	}
	err := c.Start(t.Context())
	if key(err) != "postgres.start" || !strings.Contains(err.Error(), "no_such_setting") && !strings.Contains(err.Error(), "configuration file") {
		t.Error(err)
	}
}

func TestTheAddressOfADatabaseNamesTheFolderAsItIs(t *testing.T) {
	for _, dir := range []string{"/opt/egov/run", "/srv/Đà Nẵng/run", "/srv/a+b&c=d%20#e/run"} {
		c, err := pgx.ParseConfig(SocketDSN(dir, 5432, "egov_app", secret.New("p w+%"), "egov").Reveal())
		if err != nil {
			t.Fatal(err)
		}
		if c.Host != dir || c.Password != "p w+%" || c.Database != "egov" {
			t.Errorf("%s: got host %q, password %q, database %q", dir, c.Host, c.Password, c.Database)
		}
	}
}

func TestASocketPathThatIsTooLongIsRefused(t *testing.T) {
	dir := "/" + strings.Repeat("x", socketLimit-len("/.s.PGSQL.5432")-1)
	if _, err := Open(Options{Socket: dir}); err != nil {
		t.Errorf("%d bytes: %v", len(dir), err)
	}
	if _, err := Open(Options{Socket: dir + "x"}); key(err) != "postgres.socket.long" || !fault.Is(err, fault.Finding) {
		t.Error(err)
	}
}

// fake are programs that tell a version and do nothing.
func fake(t *testing.T, version string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) "+version+"'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// moved is a copy whose programs find what they need in it.
func moved(t *testing.T, version string) string {
	t.Helper()
	dir := fake(t, version)
	for name, text := range map[string]string{"bin/pg_config": "#!/bin/sh\ndirname \"$(dirname \"$0\")\"\n", "postgres.bki": "", "plpgsql.so": ""} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(dir), name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFind(t *testing.T) {
	copied := moved(t, "16.1")
	old, good, newer, empty := fake(t, "14.9"), fake(t, "15.4 (Debian 15.4-1)"), fake(t, "17.2"), t.TempDir()
	for name, c := range map[string]struct {
		dirs, system []string
		path         string
		dir, key     string
	}{
		"the folder that was named":          {[]string{good}, []string{newer}, "", good, ""},
		"a named folder without PostgreSQL":  {[]string{empty}, []string{newer}, newer, "", "postgres.binaries.missing"},
		"a named folder that is too old":     {[]string{old}, []string{newer}, "", "", "postgres.binaries.old"},
		"the kit's copy before the system's": {[]string{"", filepath.Dir(copied)}, []string{newer}, "", copied, ""},
		"a kit without a copy":               {[]string{"", empty}, []string{newer}, "", newer, ""},
		"a copy that does not tell its ways": {[]string{"", filepath.Dir(good)}, []string{newer}, "", "", "postgres.binaries.copy"},
		"the newest of the system":           {nil, []string{old, good, newer}, "", newer, ""},
		"only the PATH":                      {[]string{""}, nil, empty + ":" + good, good, ""},
		"nothing anywhere":                   {nil, nil, empty, "", "postgres.binaries.missing"},
		"only one that is too old":           {nil, []string{old}, "", "", "postgres.binaries.old"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := find(c.dirs, c.system, c.path)
			if c.key != "" && (key(err) != c.key || !fault.Is(err, fault.Finding)) || c.key == "" && err != nil {
				t.Fatal(err)
			}
			if b.Dir != c.dir {
				t.Errorf("found %s", b.Dir)
			}
		})
	}
}

func TestTheSameHostGivesTheSameConfiguration(t *testing.T) {
	c, err := Open(Options{Data: "/r/data", Socket: "/r/run", Log: "/r/l'g"})
	if err != nil {
		t.Fatal(err)
	}
	size := Size{Memory: 8 << 30, Cores: 4}
	text := c.Config(size)
	if diff := cmp.Diff(text, c.Config(size)); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"shared_buffers = '1024MB'", "effective_cache_size = '4096MB'", "log_directory = '../l''g'", "listen_addresses = ''"} {
		if !strings.Contains(text, want) {
			t.Errorf("without %s", want)
		}
	}
	if strings.Contains(text, "'/") {
		t.Errorf("a path that leads elsewhere once ROOT is moved:\n%s", text)
	}
}

// Somebody moved ROOT, and the settings led the server back to where it had been.
func TestAClusterThatWasMovedGoesOnWhereItIs(t *testing.T) {
	c, password := private(t)
	start(t, c)
	if _, err := ask(t, c, password, "create table t as select 'kept' as word"); !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	moved := filepath.Dir(c.o.Data) + ` moved "twice"`
	t.Cleanup(func() { _ = os.RemoveAll(moved) })
	if err := os.Rename(filepath.Dir(c.o.Data), moved); err != nil {
		t.Fatal(err)
	}
	o := c.o
	o.Data, o.Socket, o.Log = moved+"/data", moved+"/run", moved+"/log"
	here, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = here.Stop(context.Background(), Immediate) })
	if _, running := here.Running(); !running || !here.Moved() {
		t.Error("the server that was moved while it ran is not seen as such")
	}
	if err := here.Stop(t.Context(), Fast); err != nil {
		t.Fatal(err)
	}
	start(t, here)
	if here.Moved() {
		t.Error("started here, and taken for one that was moved")
	}
	if got := must(t, here, password, "select word from t"); got != "kept" {
		t.Error(got)
	}
	if log := must(t, here, password, "select pg_current_logfile()"); !strings.HasPrefix(log, "../log/") {
		t.Errorf("the log is %s", log)
	}
	if _, err := os.Stat(filepath.Dir(c.o.Data)); !os.IsNotExist(err) {
		t.Error("something was made at the old place:", err)
	}
}
