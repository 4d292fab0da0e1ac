// Package supervise keeps the platform running: it holds the listening socket, starts the platform from current/, starts it
// again when it dies, and swaps one release for another without closing the socket. It is the whole of `egovctl supervise`,
// which systemd keeps, and which `egovctl start` leaves behind on a host without it; there it watches PostgreSQL as well.
package supervise

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

// Names of the environment variables by which a process learns what it inherited.
const (
	ListenFD = "EGOV_LISTEN_FD" // number of the listening socket
	ReadyFD  = "EGOV_READY_FD"  // number of a pipe: one byte says that it takes traffic
	adoptPID = "EGOV_ADOPT_PID" // the platform that a supervisor finds running when it takes over from the release before
)

// Config says what to keep running.
type Config struct {
	Binary    string   // resolved at each start, so that a swap of the symlink before it counts
	Args      []string // serve --root ROOT
	Dir       string
	LogFile   string        // takes the platform's stdout and stderr
	StateFile string        // State as JSON
	Ready     time.Duration // how long a start may take
	Drain     time.Duration // how long a stop may take before SIGKILL
	Listener  *os.File
	Watch     func(context.Context) error // called every second: start again what must run beside (PostgreSQL)
	Log       *slog.Logger
}

const (
	shortestPause = 100 * time.Millisecond
	longestPause  = 5 * time.Second
	stable        = 30 * time.Second // a platform that ran this long starts with the shortest pause again
)

// Run keeps the platform running until ctx ends or SIGTERM comes; SIGHUP swaps it for what current/ holds now. It must
// be called from a goroutine that lives as long as the process: the platform dies with the thread that started it.
func Run(ctx context.Context, cfg Config) error {
	// The platform is given the door as a descriptor of its own. Whatever else is started, PostgreSQL by Watch, must not hold
	// it open after us.
	syscall.CloseOnExec(int(cfg.Listener.Fd()))
	runtime.LockOSThread() // Pdeathsig follows the thread: the platform must not outlive its supervisor, nor die early
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)
	defer signal.Stop(signals)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()

	k := keeper{Config: cfg, state: State{Supervisor: os.Getpid(), Address: addressOf(cfg.Listener)}, pause: shortestPause}
	defer k.forget()
	if !k.adopt() {
		k.save()
		k.start(ctx)
	}
	for {
		var again <-chan time.Time
		if k.child == nil {
			again = time.After(time.Until(k.due)) // not k.pause: the tick would put it off for ever
		}
		select {
		case <-ctx.Done():
			k.stop(k.child)
			return nil
		case s := <-signals:
			if s != syscall.SIGHUP {
				k.stop(k.child)
				return nil
			}
			if k.swap(ctx) {
				if toldToEnd(signals) {
					k.stop(k.child)
					return nil
				}
				signal.Ignore(syscall.SIGHUP) // one in the moment between the two programs must not end us
				k.handOver()
				signal.Notify(signals, syscall.SIGHUP)
			}
		case err := <-k.ended():
			k.died(err)
		case <-again:
			k.start(ctx)
		case <-tick.C:
			k.keep()
			if err := cfg.Watch(ctx); err != nil {
				cfg.Log.Error("watch", "error", err)
			}
		}
	}
}

// addressOf is where a listening socket listens; "" when it is none.
func addressOf(socket *os.File) string {
	ln, err := net.FileListener(socket)
	if err != nil {
		return ""
	}
	defer func() { _ = ln.Close() }() // a duplicate; the socket itself stays open
	return ln.Addr().String()
}

type keeper struct {
	Config
	child *child
	state State
	pause time.Duration
	due   time.Time // of the next start, while there is no child
}

// wait sets when the next start is due.
func (k *keeper) wait() { k.due = time.Now().Add(k.pause) }

type child struct {
	process *os.Process
	since   time.Time
	gone    chan error // closed after the exit status was sent
}

// watched is a platform that is ours by now: its end will be told.
func watched(p *os.Process, since time.Time) *child {
	c := &child{process: p, since: since, gone: make(chan error, 1)}
	go func() { c.gone <- wait(p); close(c.gone) }()
	return c
}

func wait(p *os.Process) error {
	state, err := p.Wait()
	if err != nil {
		return err
	}
	return errors.New(state.String())
}

// ended is the channel on which the running child's end is told; nil (for ever silent) when none runs.
func (k *keeper) ended() <-chan error {
	if k.child == nil {
		return nil
	}
	return k.child.gone
}

// start brings up a platform; on failure the loop tries again after a growing pause.
func (k *keeper) start(ctx context.Context) {
	if err := k.Watch(ctx); err != nil {
		k.Log.Error("before start", "error", err)
	}
	c, err := k.spawn(ctx)
	if err != nil {
		k.Log.Error("start", "error", err, "pause_ms", k.pause.Milliseconds())
		k.pause = min(2*k.pause, longestPause)
		k.wait()
		return
	}
	k.running(c)
}

func (k *keeper) running(c *child) {
	k.child = c
	k.state.Platform, k.state.Starting, k.state.Since = c.process.Pid, 0, c.since
	k.save()
	tellReady()
	k.Log.Info("running", "pid", c.process.Pid)
}

func (k *keeper) died(err error) {
	k.Log.Error("platform ended by itself", "error", err)
	if time.Since(k.child.since) > stable {
		k.pause = shortestPause
	} else {
		k.pause = min(2*k.pause, longestPause)
	}
	k.child = nil
	k.wait()
	k.state.Platform = 0
	k.state.Restarts++
	k.save()
}

// spawn starts a platform and waits until it says that it is ready.
func (k *keeper) spawn(ctx context.Context) (*child, error) {
	logFile, err := os.OpenFile(k.LogFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	defer func() { _ = logFile.Close() }()
	ready, said, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe: %w", err)
	}
	defer func() { _ = ready.Close() }()

	cmd := exec.Command(k.Binary, k.Args...) //nolint:noctx // it outlives every context of ours; stop ends it
	cmd.Dir, cmd.Stdout, cmd.Stderr = k.Dir, logFile, logFile
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", ListenFD + "=3", ReadyFD + "=4"}
	cmd.ExtraFiles = []*os.File{k.Listener, said}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := cmd.Start(); err != nil {
		_ = said.Close()
		return nil, fmt.Errorf("start platform: %w", err)
	}
	_ = said.Close()
	c := watched(cmd.Process, time.Now())
	k.state.Starting = cmd.Process.Pid
	k.save() // who finds us killed must know for whose end to wait
	if err := k.await(ctx, ready); err != nil {
		k.stop(c)
		k.state.Starting = 0
		k.save()
		return nil, err
	}
	return c, nil
}

func (k *keeper) await(ctx context.Context, ready *os.File) error {
	if err := ready.SetReadDeadline(time.Now().Add(k.Ready)); err != nil {
		return fmt.Errorf("wait for ready: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = ready.SetReadDeadline(time.Now()) })
	defer stop()
	n, err := ready.Read(make([]byte, 1))
	switch {
	case n == 1:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("the platform was not ready after %s", k.Ready)
	default:
		return errors.New("the platform ended before it was ready; its log says why")
	}
}

// stop asks a platform to drain and end, and kills it when it does not. nil is no platform.
func (k *keeper) stop(c *child) {
	if c == nil {
		return
	}
	_ = c.process.Signal(syscall.SIGTERM)
	select {
	case _ = <-c.gone:
	case <-time.After(k.Drain):
		k.Log.Warn("killed after the time for draining", "pid", c.process.Pid)
		_ = c.process.Kill()
		_ = <-c.gone
	}
}
