package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
)

func TestARunChildDiesWithItsParent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	parent := as(t, "run", file)
	pid := readPID(t, file)
	if !host.NewLocal().Alive(pid, "sleep") {
		eventually(t, "sleep", func() bool { return host.NewLocal().Alive(pid, "sleep") })
	}
	kill(parent.Process.Pid)
	_ = parent.Wait() // it says that it was killed
	eventually(t, "end of the child", func() bool { return !host.NewLocal().Alive(pid, "") })
}

func TestAStartedProcessOutlivesItsStarterInASessionOfItsOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	if err := as(t, "start", file).Wait(); err != nil {
		t.Fatal(err)
	}
	pid := readPID(t, file)
	defer kill(pid)
	h := host.NewLocal()
	if !h.Alive(pid, "") {
		t.Fatal("it ended with its starter")
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if fields[3] != fmt.Sprint(pid) {
		t.Errorf("its session is %s, want its own %d", fields[3], pid)
	}
	eventually(t, "sleep by its path", func() bool { return h.Alive(pid, "/usr/bin/sleep") || h.Alive(pid, "/bin/sleep") })
	if h.Alive(pid, "postgres") {
		t.Error("it was taken for another program")
	}
	if err := h.Signal(pid, int(syscall.SIGTERM)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "end of the process", func() bool { return !h.Alive(pid, "") })
	if err := h.Signal(pid, int(syscall.SIGTERM)); !fault.Is(err, fault.NotFound) {
		t.Errorf("a signal to nobody: %v", err)
	}
}

func TestACommandInheritsNothing(t *testing.T) {
	t.Setenv("EGOV_TEST_CANARY", "seen")
	secret, err := os.Open("/etc/passwd") // stands for the journal and its lock
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = secret.Close() }()
	leak, err := syscall.Dup(int(secret.Fd())) // without close-on-exec, as a shell or make may hand files to us
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(leak) }()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	defer func() { _ = w.Close() }()
	cmd := engine.Command{Path: self(), Env: []string{"HOST_TEST=tell"}, Dir: "/usr", Files: []uintptr{w.Fd()}}
	log := filepath.Join(t.TempDir(), "log")
	for name, tell := range map[string]func() string{
		"run": func() string {
			out, err := host.NewLocal().Run(t.Context(), cmd)
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		},
		"start": func() string {
			cmd := cmd
			cmd.Log = log
			pid, err := host.NewLocal().Start(t.Context(), cmd)
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "end of the process", func() bool { return !host.NewLocal().Alive(pid, "") })
			b, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := tell()
			if !strings.Contains(out, "env [HOST_TEST=tell]\n") || !strings.Contains(out, "dir /usr\n") {
				t.Errorf("it inherited: %s", out)
			}
			if !strings.Contains(out, "fd 3 pipe:") {
				t.Errorf("the file that was handed over is missing: %s", out)
			}
			for _, line := range strings.Split(out, "\n") {
				var fd int
				if n, _ := fmt.Sscanf(line, "fd %d ", &fd); n == 1 && fd > 3 {
					t.Errorf("it has %s", line)
				}
			}
		})
	}
	if _, err := w.WriteString("x"); err != nil {
		t.Errorf("the caller's own descriptor was closed: %v", err)
	}
}

func TestACommandRunsAsTheAccount(t *testing.T) {
	nobody, err := host.NewLocal().LookupAccount("nobody")
	if err != nil {
		t.Fatal(err)
	}
	out, err := host.NewLocal().Run(t.Context(), engine.Command{Path: "id", As: &nobody, Env: []string{"LC_ALL=C"}})
	if os.Geteuid() != 0 {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("without root rights: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("uid=%d(nobody) gid=%d", nobody.UID, nobody.GID)
	if !strings.HasPrefix(string(out), want) || strings.Contains(string(out), "root") {
		t.Errorf("id says %s, want %s and no group of root", out, want)
	}
}

func TestACommandThatFailsTellsItsLastLine(t *testing.T) {
	out, err := host.NewLocal().Run(t.Context(), engine.Command{Path: "sh", Args: []string{"-c", "echo one; echo two >&2; exit 3"}})
	f := fault.From(err)
	if string(out) != "one\ntwo\n" || f.Key != "engine.host.command" || f.Args["said"] != "two" || f.Args["program"] != "sh" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := host.NewLocal().Run(t.Context(), engine.Command{Path: "egov-no-such-program"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing program: %v", err)
	}
}

func TestTheEndOfTheContextKillsTheWholeGroup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := host.NewLocal().Run(ctx, engine.Command{Path: "sh", Args: []string{"-c", "sleep 60 & echo $! >" + file + "; wait"}})
	if fault.From(err).Key != "engine.host.cut" || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	pid := readPID(t, file)
	eventually(t, "end of the grandchild", func() bool { return !host.NewLocal().Alive(pid, "") })
}

func TestAGrandchildThatKeepsThePipeDoesNotKeepUs(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	began := time.Now()
	out, err := host.NewLocal().Run(t.Context(), engine.Command{Path: "sh", Args: []string{"-c", "sleep 60 & echo $! >" + file + "; echo done"}})
	defer func() { kill(readPID(t, file)) }()
	if err != nil || string(out) != "done\n" || time.Since(began) > 10*time.Second {
		t.Errorf("after %v: %q, %v", time.Since(began), out, err)
	}
}

func TestQueryGivesOnlyStdout(t *testing.T) {
	out, err := host.NewLocal().Query(t.Context(), "sh", "-c", "echo out; echo err >&2")
	if err != nil || string(out) != "out\n" {
		t.Errorf("%q, %v", out, err)
	}
}
