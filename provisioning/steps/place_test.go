package steps_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/supervise"
)

// The test binary plays three parts: the tests, and the supervisor and the platform that the platform step starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case supervise.Command:
			superviseHere()
			return
		case "serve":
			serveHere()
			return
		}
	}
	code := m.Run()
	place.Lock()
	if place.dir != "" {
		place.stop()
		_ = os.RemoveAll(place.dir)
	}
	if place.account != "" {
		_ = host.NewLocal().RemoveAccount(place.account)
	}
	os.Exit(code)
}

// place is the one folder in which all these inspections work, one after the other: a host that was prepared once is laid
// down again where it was.
var place struct {
	sync.Mutex
	dir, account string
	stages       map[string]bool
	address      string
	stop         func()
}

// here is the site of the inspections. As root it has an account of its own, which goes at the end of the tests.
func here(t *testing.T) instance.Site {
	t.Helper()
	place.Lock()
	defer place.Unlock()
	if place.dir == "" {
		dir, err := os.MkdirTemp(memory(), "egov-insp-")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o755); err != nil { // t.TempDir would be closed to the account
			t.Fatal(err)
		}
		place.dir, place.stages, place.stop, place.address = dir, map[string]bool{}, func() {}, freeAddress(t)
	}
	site := siteOf(t, fmt.Sprintf("insp%d", os.Getpid()))
	if site.AsRoot && place.account == "" {
		sweep(t)
		place.account = site.Answers.Account()
		if _, err := host.NewLocal().CreateAccount(place.account, string(site.Root)); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

// memory is a disk in memory where programs may run, if this host has one with room; "" is the usual folder. A resumed
// run flushes what a cut one wrote, which takes its time on a disk that others use as well.
func memory() string {
	const shared, room = "/dev/shm", 1 << 30
	var s unix.Statfs_t
	if unix.Statfs(shared, &s) != nil || s.Flags&unix.ST_NOEXEC != 0 || s.Bavail*uint64(s.Bsize) < room || unix.Access(shared, unix.W_OK) != nil {
		return ""
	}
	return shared
}

func siteOf(t *testing.T, name string) instance.Site {
	t.Helper()
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": name, "http.listen": place.address}})
	if err != nil {
		t.Fatal(err)
	}
	return instance.At(instance.Root(filepath.Join(place.dir, "egov")), a, "1.0.0")
}

// sweep removes the accounts of test processes that were killed.
func sweep(t *testing.T) {
	raw, err := os.ReadFile("/etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		name, _, _ := strings.Cut(line, ":")
		digits, ours := strings.CutPrefix(name, "egov-insp")
		if pid, err := strconv.Atoi(strings.TrimSuffix(digits, "a")); ours && err == nil && syscall.Kill(pid, 0) != nil {
			_ = host.NewLocal().RemoveAccount(name)
		}
	}
}

func freeAddress(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// lay empties ROOT and, where steps are given, lays down what they make: the first time by carrying them out, later
// from a copy. What ran there is ended first.
func lay(t *testing.T, site instance.Site, stage string, steps ...engine.Step) {
	t.Helper()
	clear(t, site)
	if len(steps) == 0 {
		return
	}
	kept := filepath.Join(place.dir, "stage-"+stage)
	if place.stages[stage] {
		command(t, "cp", "-a", kept, string(site.Root))
		return
	}
	o := engine.Options{Root: string(site.Root), Release: "1.0.0", Host: host.NewLocal()}
	if _, err := engine.New(o).Run(context.Background(), "prepare", steps); err != nil {
		t.Fatalf("prepare: %v", err)
	}
	settle(t, site)
	if err := os.RemoveAll(site.Root.Journal()); err != nil {
		t.Fatal(err)
	}
	command(t, "cp", "-a", string(site.Root), kept)
	place.stages[stage] = true
}

// clear ends what runs at ROOT and removes it.
func clear(t *testing.T, site instance.Site) {
	t.Helper()
	halt(t, site)
	if err := os.RemoveAll(string(site.Root)); err != nil {
		t.Fatal(err)
	}
	place.stop = func() { halt(t, site) }
}

// settle ends the server in peace, so that it starts at once wherever the copy is laid down, and tells it to leave the
// disk in peace: what survives a power cut is not the question here.
func settle(t *testing.T, site instance.Site) {
	t.Helper()
	if _, err := os.Stat(site.Root.Postgres()); err != nil {
		return
	}
	c, err := site.Server(host.NewLocal())
	if err == nil {
		err = c.Stop(t.Context(), cluster.Fast)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(site.Root.Postgres(), "local.conf"), []byte("fsync = off\nautovacuum = off\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func halt(t *testing.T, site instance.Site) {
	if err := supervise.Stop(context.Background(), site); err != nil {
		t.Error(err)
	}
	c, err := site.Server(host.NewLocal())
	if fault.Is(err, fault.NotFound) {
		return // without an account there is no server
	}
	if err == nil {
		err = c.Stop(context.Background(), cluster.Immediate)
	}
	if err != nil {
		t.Error(err)
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// varies is what differs from run to run below ROOT: random passwords, the database, what runs.
func varies(site instance.Site) func(string) bool {
	r := site.Root
	return func(path string) bool {
		switch path {
		case r.Postgres(), r.Log(), r.Run():
			return true
		}
		return filepath.Dir(path) == r.Secrets()
	}
}

func secrets() []answers.Secret {
	return []answers.Secret{
		answers.Password(instance.SuperPassword), answers.Password(instance.OwnerPassword),
		answers.Password(instance.AppPassword), answers.Password(instance.ReadOnlyPassword),
		{Name: instance.AuditKey, Make: func() ([]byte, []byte, error) { return []byte("key"), []byte("its public half"), nil }},
	}
}

func exists(name string) string {
	if _, err := user.Lookup(name); err != nil {
		return "absent"
	}
	return "there"
}
