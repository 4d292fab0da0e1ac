package supervise_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/platform/db/cluster"
	"egovctl/platform/db/dbtest"
	"egovctl/provisioning/supervise"
)

// The test binary plays three parts: the test, the supervisor, and the platform that it keeps running.
func TestMain(m *testing.M) {
	if part := parts[os.Getenv(partOf)]; part != nil {
		part()
		return
	}
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case supervise.Command:
			superviseHere(os.Args[2])
			return
		case "serve":
			serveHere(os.Args[2])
			return
		}
	}
	os.Exit(m.Run())
}

func superviseHere(dir string) {
	self, _ := os.Executable()
	if current := filepath.Join(dir, "current"); exists(current) {
		self = current
	}
	err := supervise.Run(context.Background(), supervise.Config{
		Binary: self, Args: []string{"serve", dir}, Dir: dir,
		LogFile: filepath.Join(dir, "platform.log"), StateFile: filepath.Join(dir, "state.json"),
		Ready: 5 * time.Second, Drain: 5 * time.Second, Listener: os.NewFile(3, "listener"),
		Watch: func(ctx context.Context) error {
			if len(os.Args) < 4 {
				return nil
			}
			c, err := serverIn(os.Args[3])
			if err != nil {
				return err
			}
			return c.Start(ctx)
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serverIn is the PostgreSQL that dbtest made in a folder.
func serverIn(folder string) (*cluster.Cluster, error) {
	bin, err := cluster.Find()
	if err != nil {
		return nil, err
	}
	as, err := dbtest.Unprivileged()
	if err != nil {
		return nil, err
	}
	return cluster.Open(cluster.Options{Binaries: bin, As: as,
		Data: filepath.Join(folder, "data"), Socket: filepath.Join(folder, "s"), Log: filepath.Join(folder, "log")})
}

func serveHere(dir string) {
	if _, err := os.Stat(filepath.Join(dir, "broken")); err == nil {
		os.Exit(1) // a release that does not come up
	}
	ln, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, os.Getpid())
	}), ReadHeaderTimeout: time.Second}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM)
	go func() {
		<-stopped
		if exists(filepath.Join(dir, "slow")) {
			time.Sleep(late)
		}
		_ = srv.Shutdown(context.Background())
	}()
	pipe := os.NewFile(4, "ready")
	_, _ = pipe.Write([]byte{1})
	_ = pipe.Close()
	_ = srv.Serve(ln)
}

type running struct {
	t   *testing.T
	dir string
	cmd *exec.Cmd
	url string
}

func start(t *testing.T, more ...string) *running {
	t.Helper()
	return startIn(t, t.TempDir(), more...)
}

func startIn(t *testing.T, dir string, more ...string) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	self, _ := os.Executable()
	r := &running{t: t, dir: dir, url: "http://" + ln.Addr().String()}
	r.cmd = exec.Command(self, append([]string{supervise.Command, r.dir}, more...)...)
	r.cmd.ExtraFiles = []*os.File{f}
	r.cmd.Stderr = os.Stderr
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = ln.Close()
	_ = f.Close()
	t.Cleanup(func() { _ = r.cmd.Process.Kill(); _ = r.cmd.Wait() })
	return r
}

// answer asks who serves, on a fresh connection; 0 when nobody does.
func (r *running) answer() int {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 3 * time.Second}
	resp, err := c.Get(r.url)
	if err != nil {
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	raw, _ := io.ReadAll(resp.Body)
	pid, _ := strconv.Atoi(string(raw))
	return pid
}

func (r *running) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	r.t.Fatalf("not within 15 s: %s", what)
}

func TestAKilledPlatformIsStartedAgain(t *testing.T) {
	r := start(t)
	r.until("it answers", func() bool { return r.answer() != 0 })
	first := r.answer()
	if err := syscall.Kill(first, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r.until("another one answers", func() bool { p := r.answer(); return p != 0 && p != first })
	r.until("the state counts the restart", func() bool {
		s, err := supervise.Read(filepath.Join(r.dir, "state.json"))
		return err == nil && s.Restarts == 1 && s.Platform == r.answer()
	})
}

// Without its state nobody could stop it or tell its address from a stranger's.
func TestALostStateIsToldAgain(t *testing.T) {
	r := start(t)
	r.until("it answers", func() bool { return r.answer() != 0 })
	file := filepath.Join(r.dir, "state.json")
	for _, damage := range []func() error{
		func() error { return os.Remove(file) },
		func() error { return os.WriteFile(file, []byte("{"), 0o600) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		r.until("the state is whole", func() bool {
			s, err := supervise.Read(file)
			return err == nil && s.Supervisor == r.cmd.Process.Pid && s.Platform == r.answer()
		})
	}
}

// Six starts fail, and then the reason is gone: the pauses have grown longer than the time between two looks around.
func TestAPlatformThatFailedForLongComesBackOnceItCan(t *testing.T) {
	r := start(t)
	r.until("it answers", func() bool { return r.answer() != 0 })
	broken := filepath.Join(r.dir, "broken")
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(r.answer(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	time.Sleep(4 * time.Second)
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	r.until("another one answers", func() bool { return r.answer() != 0 })
}

func TestASwapKeepsTheOldOneUntilTheNewOneIsReady(t *testing.T) {
	r := start(t)
	r.until("it answers", func() bool { return r.answer() != 0 })
	first := r.answer()
	broken := filepath.Join(r.dir, "broken")
	if err := os.WriteFile(broken, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	time.Sleep(500 * time.Millisecond)
	if got := r.answer(); got != first {
		t.Fatalf("a broken release replaced the working one: %d answers, want %d", got, first)
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	r.until("the new one answers alone", func() bool { p := r.answer(); return p != 0 && p != first && !alive(first) })
}

// The supervisor is of a release as well: what was mended in it must not wait for the next start of the host.
func TestAfterASwapTheSupervisorIsTheNewReleasesToo(t *testing.T) {
	r := start(t)
	r.until("it answers", func() bool { return r.answer() != 0 })
	first, pid := r.answer(), r.cmd.Process.Pid
	began := startedAs(t, pid)
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	r.until("another program is the supervisor", func() bool { return startedAs(t, pid) != began })
	state := func() supervise.State {
		s, err := supervise.Read(filepath.Join(r.dir, "state.json"))
		if err != nil {
			t.Error(err)
		}
		return s
	}
	r.until("it told its state", func() bool { return !state().Swapping })
	second := r.answer()
	if s := state(); second == 0 || second == first || s.Platform != second || s.Supervisor != pid || s.Swaps != 1 {
		t.Fatalf("%+v, answered by %d, before by %d", s, second, first)
	}
	if err := syscall.Kill(second, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	r.until("the platform that it took over is started again", func() bool { p := r.answer(); return p != 0 && p != second })
	third := r.answer()
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	r.until("it swaps as well", func() bool { p := r.answer(); return p != 0 && p != third && !alive(third) && !state().Swapping })
	last := r.answer()
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
	r.until("the platform ends with it", func() bool { return !alive(last) })
}

// An upgrade that failed after its swap led current back while the old platform drained, and the supervisor became the old release again,
// with the new platform under it.
func TestTheSupervisorIsOfTheReleaseOfItsPlatform(t *testing.T) {
	dir := t.TempDir()
	self, _ := os.Executable()
	release := func(name string) {
		if err := errors.Join(os.Symlink(name, filepath.Join(dir, "next")), os.Rename(filepath.Join(dir, "next"), filepath.Join(dir, "current"))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Link(self, filepath.Join(dir, "old")), os.Link(self, filepath.Join(dir, "new")), os.WriteFile(filepath.Join(dir, "slow"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	release("old")
	r := startIn(t, dir)
	r.until("it answers", func() bool { return r.answer() != 0 })
	first, pid := r.answer(), r.cmd.Process.Pid
	began := startedAs(t, pid)
	release("new")
	_ = r.cmd.Process.Signal(syscall.SIGHUP)
	r.until("the new one answers", func() bool { p := r.answer(); return p != 0 && p != first })
	release("old")
	if !alive(first) {
		t.Fatal("the old one was gone too soon for this trial")
	}
	r.until("another program is the supervisor", func() bool { return startedAs(t, pid) != began })
	if program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err != nil || filepath.Base(program) != "new" {
		t.Errorf("the supervisor is %s, %v", program, err)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// startedAs tells one program of a process from the next: their stacks lie elsewhere.
func startedAs(t *testing.T, pid int) string {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestThePlatformEndsWithItsSupervisor(t *testing.T) {
	for name, sig := range map[string]syscall.Signal{"asked": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			r.until("it answers", func() bool { return r.answer() != 0 })
			pid := r.answer()
			_ = r.cmd.Process.Signal(sig)
			_ = r.cmd.Wait()
			r.until("the platform is gone", func() bool { return !alive(pid) })
			s, err := supervise.Read(filepath.Join(r.dir, "state.json"))
			if err != nil || s.Supervisor != 0 {
				t.Errorf("a dead supervisor is taken for a living one: %+v %v", s, err)
			}
		})
	}
}

// The port of a killed supervisor was once held by the PostgreSQL that it had started, and nothing could listen there.
func TestPostgreSQLIsNotGivenTheDoor(t *testing.T) {
	c, _, _ := dbtest.Cluster(t, nil)
	if err := c.Stop(t.Context(), cluster.Fast); err != nil {
		t.Fatal(err)
	}
	r := start(t, filepath.Dir(c.Data()))
	r.until("it answers", func() bool { return r.answer() != 0 })
	r.until("PostgreSQL runs", c.Ready)
	server, _ := c.Running()
	doors := sockets(t, r.cmd.Process.Pid)
	if len(doors) == 0 {
		t.Fatal("the supervisor holds no socket, so this test sees nothing")
	}
	platform := r.answer()
	if !slices.ContainsFunc(sockets(t, platform), func(s string) bool { return slices.Contains(doors, s) }) {
		t.Error("the platform was not given the door")
	}
	for _, s := range sockets(t, server) {
		if slices.Contains(doors, s) {
			t.Errorf("PostgreSQL holds %s, which is the supervisor's", s)
		}
	}
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
	r.until("somebody else can listen there", func() bool {
		ln, err := net.Listen("tcp", strings.TrimPrefix(r.url, "http://"))
		return err == nil && ln.Close() == nil
	})
}

// sockets are those that a process holds, by their numbers.
func sockets(t *testing.T, pid int) []string {
	t.Helper()
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var held []string
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(folder, e.Name())); err == nil && strings.HasPrefix(to, "socket:") {
			held = append(held, to)
		}
	}
	return held
}

func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(raw), ") Z ")
}
