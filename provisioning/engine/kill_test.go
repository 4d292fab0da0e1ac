package engine_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
)

// child is the test binary running the toy sequence as a second process.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Scanner
	said  *strings.Builder
}

func startVictim(t *testing.T, root string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t: t, cmd: exec.Command(exe), said: &strings.Builder{}}
	c.cmd.Env = []string{"ENGINE_TEST_ROOT=" + root}
	c.cmd.Stderr = c.said
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		c.in, err = c.cmd.StdinPipe()
	}
	if err == nil {
		err = c.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	t.Cleanup(func() {
		if c.cmd.ProcessState == nil {
			_ = c.cmd.Process.Kill()
			_ = c.cmd.Wait()
		}
	})
	return c
}

// next reads the event of one journal line; the child waits there. ok is false at its end.
func (c *child) next() (e engine.Event, ok bool) {
	c.t.Helper()
	if !c.lines.Scan() {
		return e, false
	}
	if err := json.Unmarshal(c.lines.Bytes(), &e); err != nil {
		c.t.Fatalf("%q: %v", c.lines.Text(), err)
	}
	return e, true
}

// goOn lets the child pass the line at which it waits.
func (c *child) goOn() { _, _ = c.in.Write([]byte{'\n'}) }

func (c *child) signal(s syscall.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

func picture(t *testing.T, root string) map[string]string {
	t.Helper()
	p, err := enginetest.Picture(host.NewLocal(), root, []string{root},
		func(path string) bool { return path == engine.FolderOf(root) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestKilledAtEveryJournalLineTheNextRunEndsWhole kills a real process with SIGKILL at each line that it says it has
// fsynced; the number of lines comes from the program itself.
func TestKilledAtEveryJournalLineTheNextRunEndsWhole(t *testing.T) {
	root := filepath.Join(t.TempDir(), "egov")
	c := startVictim(t, root)
	var events []engine.Event
	for {
		e, ok := c.next()
		if !ok {
			break
		}
		events = append(events, e)
		c.goOn()
	}
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("undisturbed: %v: %s", err, c.said)
	}
	want := picture(t, root)
	for n := range events {
		e := events[n]
		t.Run(fmt.Sprintf("line %d %s %s %s", n+1, e.Event, e.Step, e.Change), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "egov")
			c := startVictim(t, root)
			for i := range n + 1 {
				if _, ok := c.next(); !ok {
					t.Fatalf("the child ended at line %d: %s", i, c.said)
				}
				if i < n {
					c.goOn()
				}
			}
			c.signal(syscall.SIGKILL)
			_ = c.cmd.Wait() // it says that it was killed
			if status := c.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
				t.Fatalf("the child ended by itself: %v", status)
			}
			runs, err := engine.History(root)
			if err != nil || len(runs) != 1 || len(runs[0].Damage) > 0 || len(runs[0].Lines) < n+1 {
				t.Fatalf("the journal after the kill: %+v, %v", runs, err)
			}
			again := startVictim(t, root)
			_ = again.in.Close()
			for {
				if _, ok := again.next(); !ok {
					break
				}
			}
			if err := again.cmd.Wait(); err != nil {
				t.Fatalf("the next run: %v: %s", err, again.said)
			}
			if diff := cmp.Diff(want, picture(t, root)); diff != "" {
				t.Errorf("files (-undisturbed +resumed):\n%s", diff)
			}
			if run, open, err := engine.Unfinished(root); open || err != nil {
				t.Errorf("run %d counts as unfinished (%v)", run.Number, err)
			}
		})
	}
	t.Logf("killed at %d journal lines", len(events))
}

func TestASignalEndsTheProcessAfterTheCurrentChange(t *testing.T) {
	root := filepath.Join(t.TempDir(), "egov")
	c := startVictim(t, root)
	for {
		e, ok := c.next()
		if !ok {
			t.Fatalf("no change was started: %s", c.said)
		}
		if e.Event == engine.ChangeStarted {
			break
		}
		c.goOn()
	}
	c.signal(syscall.SIGTERM)
	_ = c.in.Close()
	var last []string
	for {
		e, ok := c.next()
		if !ok {
			break
		}
		last = append(last, e.Event)
	}
	_ = c.cmd.Wait()
	// The signal may be heard a change late, because it and the closed pipe reach the child on two ways.
	if n := len(last); n < 2 || last[n-1] != engine.RunStopped || last[n-2] != engine.ChangeDone {
		t.Errorf("after the signal came %v", last)
	}
	if !strings.Contains(c.said.String(), "engine.interrupted") {
		t.Errorf("it said %s", c.said)
	}
}

func TestTheLockExcludesAnotherProcessAndIsFreeAfterAKill(t *testing.T) {
	root := filepath.Join(t.TempDir(), "egov")
	c := startVictim(t, root)
	if _, ok := c.next(); !ok {
		t.Fatalf("the child did not begin: %s", c.said)
	}
	_, err := engine.New(engine.Options{Root: root, Host: host.NewLocal()}).Run(t.Context(), "install", toy(root))
	wantCode(t, err, fault.Busy, "engine.busy")
	args := fault.From(err).Args
	if args["operation"] != "install" || args["pid"] != fmt.Sprint(c.cmd.Process.Pid) {
		t.Errorf("the holder is told as %v", args)
	}
	c.signal(syscall.SIGKILL)
	_ = c.cmd.Wait()
	if note, err := os.ReadFile(filepath.Join(engine.FolderOf(root), "lock")); err != nil || !strings.Contains(string(note), "install") {
		t.Fatalf("the killed holder left no note, so this test shows nothing: %q %v", note, err)
	}
	if _, err := engine.New(engine.Options{Root: root, Host: host.NewLocal()}).Run(t.Context(), "install", toy(root)); err != nil {
		t.Errorf("a stale note was taken for a lock: %v", err)
	}
}

func TestTheLockExcludesARunnerOfTheSameProcess(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(engine.FolderOf(root), 0o750); err != nil {
		t.Fatal(err)
	}
	l, err := engine.Acquire(root, "upgrade", clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = engine.Acquire(root, "backup", clock.System{})
	wantCode(t, err, fault.Busy, "engine.busy")
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if l, err = engine.Acquire(root, "backup", clock.System{}); err != nil {
		t.Fatal(err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}
