package trial

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// KillAt runs a command whose stdout is JSON lines and kills it (SIGKILL) as soon as a line that has one of these names, as
// Kind, Line or Point, has been read. It returns the name; "" when none came, and then the command must have ended well.
func (p *Place) KillAt(names []string, args ...string) (at string) {
	p.T.Helper()
	l := p.Begin(args...)
	_, came := l.Until(func(e Event) bool {
		for _, name := range []string{e.Kind(), e.Line(), e.Point()} {
			if name != "" && slices.Contains(names, name) {
				at = name
				return true
			}
		}
		return false
	})
	if came {
		l.Signal(syscall.SIGKILL)
	}
	o := l.Wait()
	if !came {
		o.Status(Done)
	}
	return at
}

// KillAtEach runs a command again and again and kills it at each of the kinds that still comes, in their order. What
// one run has finished does not come in the next. It returns the kinds at which it was killed; the last run ended well.
func (p *Place) KillAtEach(kinds []string, args ...string) (at []string) {
	p.T.Helper()
	for rest := kinds; ; {
		kind := p.KillAt(rest, args...)
		if kind == "" {
			return at
		}
		at = append(at, kind)
		rest = rest[slices.Index(rest, kind)+1:]
	}
}

// KillAtSync runs a command under strace and kills it right after its n-th fsync, before it goes on; 0 counts only. It
// returns how many there were until then. Programs that the command starts are not traced and their syncs not counted.
func (p *Place) KillAtSync(n int, args ...string) (seen int, killed bool) {
	p.T.Helper()
	return p.killAtSync("", n, args...)
}

// KillAtSyncOf is KillAtSync at the first fsync of a file whose path holds a word.
func (p *Place) KillAtSyncOf(word string, args ...string) (killed bool) {
	p.T.Helper()
	_, killed = p.killAtSync(word, 1, args...)
	return killed
}

func (p *Place) killAtSync(word string, n int, args ...string) (seen int, killed bool) {
	p.T.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		p.T.Fatal(err)
	}
	// Each sync waits on its way back to the program for as long as we may need to act on the line that tells of it.
	c := exec.Command("strace", append([]string{"-f", "-y", "-b", "execve", "-qq", "-e", "signal=none", "-e", "trace=fsync,fdatasync,syncfs",
		"-e", "inject=fsync,fdatasync,syncfs:delay_exit=3000", "-o", "/dev/fd/3"}, p.line(args)...)...)
	c.Env, c.ExtraFiles, c.WaitDelay = bare(nil), []*os.File{write}, 5*time.Second
	if err := c.Start(); err != nil {
		p.T.Fatalf("strace: %v (is it installed?)", err)
	}
	_ = write.Close() // strace has its own
	timer := time.AfterFunc(Limit, func() { _ = c.Process.Kill() })
	defer timer.Stop()
	for s := bufio.NewScanner(read); s.Scan(); {
		task, call, ok := strings.Cut(s.Text(), " ")
		if !ok || strings.Contains(call, "<unfinished") || !strings.Contains(call, "sync") || !strings.Contains(call, word) {
			continue
		}
		if seen++; seen == n {
			killed = true
			if err := killProcessOf(task); err != nil {
				p.T.Fatal(err)
			}
		}
	}
	_ = read.Close()
	err = c.Wait()
	if !killed && err != nil {
		p.T.Fatalf("%v under strace: %v", args, err)
	}
	return seen, killed
}

// killProcessOf kills the process that a thread belongs to.
func killProcessOf(task string) error {
	status, err := os.ReadFile("/proc/" + task + "/status")
	if err != nil {
		return fmt.Errorf("look at thread: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(line, "Tgid:"); ok {
			pid, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				return err
			}
			return syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	return fmt.Errorf("no process of thread %s", task)
}
