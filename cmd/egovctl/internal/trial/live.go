package trial

import (
	"bufio"
	"bytes"
	"errors"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// Live is a command under way.
type Live struct {
	t      testing.TB
	cmd    *exec.Cmd
	Events chan Event   // each line of stdout as it is read; closed at the end
	stdout bytes.Buffer // read by the same goroutine that closes Events
	stderr bytes.Buffer
	timer  *time.Timer
}

// Begin starts egovctl and returns while it runs.
func (p *Place) Begin(args ...string) *Live {
	p.T.Helper()
	line := p.line(args)
	return Begin(p.T, line[0], line[1:]...)
}

// Begin starts any program whose stdout is JSON lines.
func Begin(t testing.TB, path string, args ...string) *Live {
	t.Helper()
	l := &Live{t: t, cmd: exec.Command(path, args...), Events: make(chan Event, 1024)}
	l.cmd.Env = bare(nil)
	l.cmd.Stderr = &l.stderr
	l.cmd.WaitDelay = 5 * time.Second
	out, err := l.cmd.StdoutPipe()
	if err == nil {
		err = l.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	l.timer = time.AfterFunc(Limit, func() { _ = l.cmd.Process.Kill() }) // gone already is as good
	go func() {
		defer close(l.Events)
		for s := bufio.NewScanner(out); s.Scan(); {
			l.stdout.WriteString(s.Text() + "\n")
			if e, err := parse(s.Text()); err == nil {
				l.Events <- e
			}
		}
	}()
	return l
}

// Until reads events up to the first one that ok accepts, and reports whether there was one.
func (l *Live) Until(ok func(Event) bool) (Event, bool) {
	for e := range l.Events {
		if ok(e) {
			return e, true
		}
	}
	return Event{}, false
}

// Signal sends a signal to the process.
func (l *Live) Signal(s syscall.Signal) {
	l.t.Helper()
	if err := l.cmd.Process.Signal(s); err != nil && !errors.Is(err, syscall.ESRCH) {
		l.t.Logf("signal: %v", err)
	}
}

// PID is the process.
func (l *Live) PID() int { return l.cmd.Process.Pid }

// Wait reads what is left and returns how it ended; a process that a signal killed has exit -1.
func (l *Live) Wait() Outcome {
	l.t.Helper()
	for range l.Events { //nolint:revive // only to let the process write on
	}
	err := l.cmd.Wait()
	l.timer.Stop()
	o := Outcome{t: l.t, Args: l.cmd.Args[1:], Stdout: l.stdout.String(), Stderr: l.stderr.String()}
	var status *exec.ExitError
	if errors.As(err, &status) {
		o.Exit = status.ExitCode()
	} else if err != nil {
		l.t.Fatalf("%v: %v", l.cmd.Args, err)
	}
	return o
}
