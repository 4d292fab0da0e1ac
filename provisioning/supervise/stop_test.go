package supervise_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// More parts that the test binary plays, named by an environment variable. Each holds a listening socket as descriptor 3.
const partOf = "EGOV_TEST_PART"

var parts = map[string]func(){"slow end": endSlowly, "late state": stateLate, "first thread dead": dieFirst, "leaving": func() { time.Sleep(late) }}

// late is how long the parts take for what usually takes no time.
const late = 300 * time.Millisecond

// endSlowly holds memory in small pages: the kernel takes the command line away first, then gives these pages back, and
// only then closes the listening socket.
func endSlowly() {
	const size = 512 << 20
	held, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err == nil {
		err = unix.Madvise(held, unix.MADV_NOHUGEPAGE)
	}
	if err != nil {
		panic(err)
	}
	for i := 0; i < size; i += 4096 {
		held[i] = 1
	}
	tell(os.Args[3])
	time.Sleep(time.Minute)
}

// stateLate is a supervisor that was started a moment ago.
func stateLate() {
	time.Sleep(late)
	tell(os.Args[3])
	time.Sleep(time.Minute)
}

// dieFirst is a supervisor that is just becoming another program, held in the moment in which its first thread is dead and the one
// that turns it has not taken its number yet.
func dieFirst() {
	runtime.LockOSThread() // the first thread of the process
	tell(os.Args[3])
	go func() {
		time.Sleep(late)
		env := append(os.Environ(), partOf+"=late state")
		panic(syscall.Exec(os.Args[0], os.Args, env))
	}()
	_, _, _ = syscall.Syscall(syscall.SYS_EXIT, 0, 0, 0) // of this thread alone; it does not return
}

func tell(root string) { write(root, supervise.State{Supervisor: os.Getpid(), Address: "here"}) }

func write(root string, state supervise.State) {
	file := supervise.StateFile(instance.Root(root))
	raw, err := json.Marshal(state)
	if err == nil {
		err = os.WriteFile(file+".new", raw, 0o600)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		panic(err)
	}
}

// play starts a part for a ROOT of its own.
func play(t *testing.T, part, command string) (instance.Site, *exec.Cmd) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	socket, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	site := instance.Site{Root: instance.Root(t.TempDir())}
	site.Answers.HTTP.Listen = ln.Addr().String()
	if err := os.MkdirAll(site.Root.Run(), 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(string(site.Root), "egovctl")
	if err := os.Link(self, program); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, command, "--root", string(site.Root))
	c.Env, c.ExtraFiles, c.Stderr = append(os.Environ(), partOf+"="+part), []*os.File{socket}, os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return site, c
}

// When Stop returns, the address is free: a start right after it must not find our own ending process there.
func TestTheAddressIsFreeAfterAStop(t *testing.T) {
	for range 5 {
		site, _ := play(t, "slow end", supervise.Command)
		if err := supervise.Stop(t.Context(), site); err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", site.Answers.HTTP.Listen)
		if err != nil {
			t.Fatal(err)
		}
		_ = ln.Close()
	}
}

// A supervisor whose starter was killed holds the address before it can tell so: the next command waits for its word
// instead of taking it for a stranger.
func TestASupervisorThatJustStartedIsWaitedFor(t *testing.T) {
	site, c := play(t, "late state", supervise.Command)
	s, err := supervise.Of(t.Context(), site.Root)
	if err != nil || s.Supervisor != c.Process.Pid || s.Address != "here" {
		t.Errorf("state %+v of supervisor %d: %v", s, c.Process.Pid, err)
	}
}

// A start right after a rollback once took its own supervisor for a stranger at the address.
func TestASupervisorThatIsBecomingAnotherProgramIsWaitedFor(t *testing.T) {
	site, c := play(t, "first thread dead", supervise.Command)
	stat := fmt.Sprintf("/proc/%d/stat", c.Process.Pid)
	for dead := false; !dead; {
		raw, err := os.ReadFile(stat)
		if err != nil {
			t.Fatal(err)
		}
		dead = strings.Contains(string(raw), ") Z ")
	}
	s, err := supervise.Of(t.Context(), site.Root)
	if err != nil || s.Supervisor != c.Process.Pid || s.Address != "here" {
		t.Errorf("state %+v of supervisor %d: %v", s, c.Process.Pid, err)
	}
}

// Its state lost, a supervisor can still be stopped; a copy of its ROOT holds its state and has no say over it.
func TestASupervisorBelongsToTheFolderThatItRunsFrom(t *testing.T) {
	site, c := play(t, "late state", supervise.Command)
	if _, err := supervise.Of(t.Context(), site.Root); err != nil {
		t.Fatal(err)
	}
	copied := instance.Site{Root: instance.Root(t.TempDir())}
	if err := os.MkdirAll(copied.Root.Run(), 0o755); err != nil {
		t.Fatal(err)
	}
	write(string(copied.Root), supervise.State{Supervisor: c.Process.Pid})
	if err := supervise.Stop(t.Context(), copied); err != nil || !alive(c.Process.Pid) {
		t.Errorf("a stop of the copy reached the original: %v", err)
	}
	if s, err := supervise.Of(t.Context(), copied.Root); err != nil || s != (supervise.State{}) {
		t.Errorf("the copy tells %+v, %v", s, err)
	}
	moved := instance.Site{Root: instance.Root(filepath.Join(t.TempDir(), "moved"))}
	if err := os.Rename(string(site.Root), string(moved.Root)); err != nil {
		t.Fatal(err)
	}
	if s, err := supervise.Of(t.Context(), moved.Root); err != nil || s.Supervisor != c.Process.Pid {
		t.Errorf("where it was moved to there is %+v, %v", s, err)
	}
	if err := os.Remove(supervise.StateFile(moved.Root)); err != nil {
		t.Fatal(err)
	}
	if err := supervise.Stop(t.Context(), moved); err != nil || alive(c.Process.Pid) {
		t.Errorf("a supervisor whose state was lost was not stopped: %v", err)
	}
}

// A platform whose supervisor was killed answers to the end what it is answering, and holds the address until then.
func TestAPlatformThatIsLeavingIsWaitedFor(t *testing.T) {
	for name, told := range map[string]func(pid int) supervise.State{
		"it took traffic":        func(pid int) supervise.State { return supervise.State{Supervisor: 1 << 30, Platform: pid} },
		"it was just being made": func(pid int) supervise.State { return supervise.State{Supervisor: 1 << 30, Starting: pid} },
	} {
		t.Run(name, func(t *testing.T) {
			site, c := play(t, "leaving", "serve")
			write(string(site.Root), told(c.Process.Pid))
			ln, err := supervise.Listen(t.Context(), site)
			if err != nil {
				t.Fatal(err)
			}
			_ = ln.Close()
		})
	}
}

// A stranger at the address is told at once.
func TestAStrangerAtTheAddressIsNotWaitedFor(t *testing.T) {
	stranger, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	site := instance.Site{Root: instance.Root(t.TempDir())}
	site.Answers.HTTP.Listen = stranger.Addr().String()
	began := time.Now()
	if _, err := supervise.Listen(t.Context(), site); err == nil || !strings.Contains(err.Error(), "in use") || time.Since(began) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}
