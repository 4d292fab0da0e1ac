package cluster

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"egovctl/platform/kernel/fault"
)

const poll = 5 * time.Millisecond

// startLog takes what the server says before its own log is open.
const startLog = "postgresql-start.log"

// Start brings the server up and returns when it accepts connections; a running one is left alone. The server gets
// its own session, so it outlives the caller. What a killed server left behind is cleared first. ctx limits the
// wait, which is long only for recovery after a crash. Faults: findings "postgres.major", "postgres.start".
func (c *Cluster) Start(ctx context.Context) error {
	if err := c.CheckMajor(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.CheckMajor(); err != nil { // while we waited another cluster may have taken this one's place
		return err
	}
	for {
		if err := c.up(ctx); !errors.Is(err, errGone) {
			return err
		}
	}
}

// errGone says that a server which somebody else had started ended while we waited for it: it was stopping.
var errGone = errors.New("the running server ended")

// up waits for the server that runs, or launches one.
func (c *Cluster) up(ctx context.Context) error {
	if _, running := c.Running(); running {
		return c.await(ctx, nil)
	}
	if err := c.clear(ctx); err != nil {
		return err
	}
	ended, err := c.launch()
	if err != nil {
		return fault.Wrap(err, fault.Finding, "postgres.start", "path", c.o.Data, "why", reason(err))
	}
	return c.await(ctx, ended)
}

// lock keeps two starters apart: what one has just launched must not look like a leftover to the other. It is on the
// data folder itself and ends with the process that holds it.
func (c *Cluster) lock(ctx context.Context) (unlock func(), err error) {
	dir, err := os.Open(c.o.Data)
	if err != nil {
		return nil, fault.Wrap(err, fault.Finding, "postgres.data.unreadable", "path", c.o.Data)
	}
	for syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		select {
		case <-ctx.Done():
			_ = dir.Close()
			return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "postgres.slow", "path", c.o.Log)
		case <-time.After(poll):
		}
	}
	return func() { _ = dir.Close() }, nil
}

// arguments are the server's. Where its socket lies is told here and not by its settings: ROOT may have been moved since
// they were written. It is a list of folders, in which a name is quoted. So is its port: a copy has the original's settings.
func (c *Cluster) arguments() []string {
	args := []string{"-D", c.o.Data, "-p", strconv.Itoa(c.o.Port), "-c", `unix_socket_directories="` + strings.ReplaceAll(c.o.Socket, `"`, `""`) + `"`}
	for _, name := range slices.Sorted(maps.Keys(c.o.Told)) {
		args = append(args, "-c", name+"="+c.o.Told[name])
	}
	return args
}

// Heard reports whether the running server was told the settings that it would be told by a start now.
func (c *Cluster) Heard(pid int) (bool, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	if err != nil {
		return false, err
	}
	told := map[string]string{}
	words := strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")
	for i, word := range words {
		if name, value, ok := strings.Cut(word, "="); ok && words[max(0, i-1)] == "-c" && name != "unix_socket_directories" {
			told[name] = value
		}
	}
	return maps.Equal(told, c.o.Told), nil
}

// launch starts the server in a session of its own; ended is closed when it is gone.
func (c *Cluster) launch() (ended chan struct{}, err error) {
	for _, dir := range []string{c.o.Log, c.o.Socket} {
		if err := c.folder(dir); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(c.startLog(), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	if err := c.own(c.startLog()); err != nil {
		return nil, err
	}
	cmd := exec.Command(c.o.Binaries.Path("postgres"), c.arguments()...) //nolint:noctx // the server outlives us and every context of ours
	cmd.Env, cmd.Dir = c.o.Binaries.Env(), c.o.Data
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: c.credential()}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended = make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }() // reaped while we live; afterwards it is init's
	return ended, nil
}

// await polls until the server is ready. When our own start lost against another one, that one's is as good. errGone when
// the other's ends meanwhile.
func (c *Cluster) await(ctx context.Context, ended chan struct{}) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if c.Ready() {
			return nil
		}
		if _, running := c.Running(); ended == nil && !running {
			return errGone
		}
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Unavailable, "postgres.slow", "path", c.o.Log)
		case <-ended:
			if _, running := c.Running(); !running {
				said := c.said()
				return fault.Wrap(fmt.Errorf("postgres ended: %s", said), fault.Finding, "postgres.start",
					"path", c.o.Data, "why", lastLine(said))
			}
			ended = nil
		case <-tick.C:
		}
	}
}

// clear ends what a killed server left: its children, and the files of its number, which may by now be another process of
// the same account, for which PostgreSQL would refuse to start. The socket's is left while a server lives that it names.
func (c *Cluster) clear(ctx context.Context) error {
	for {
		left := c.orphans()
		if len(left) == 0 {
			break
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGQUIT) // their server is gone: crash recovery will do, nothing can be finished
		}
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Unavailable, "postgres.slow", "path", c.o.Log)
		case <-time.After(poll):
		}
	}
	files := []string{filepath.Join(c.o.Data, "postmaster.pid")}
	if text, err := os.ReadFile(c.SocketPath() + ".lock"); err == nil {
		number, _, _ := strings.Cut(string(text), "\n")
		if pid, err := strconv.Atoi(strings.TrimSpace(number)); err != nil || !isServer(pid) {
			files = append(files, c.SocketPath()+".lock")
		}
	}
	for _, path := range files {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return fault.Wrap(err, fault.Finding, "postgres.start", "path", c.o.Data, "why", err)
		}
	}
	return nil
}

func (c *Cluster) startLog() string { return filepath.Join(c.o.Log, startLog) }

// said is the end of what the server wrote, for the log and the reason.
func (c *Cluster) said() string {
	text, err := os.ReadFile(c.startLog())
	if err != nil {
		return err.Error()
	}
	if extra := len(text) - 4096; extra > 0 {
		text = text[extra:]
	}
	return strings.TrimSpace(string(text))
}

// lastLine is the last line that names a cause; hints and the closing sentence do not.
func lastLine(s string) string {
	lines := strings.Split(s, "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		if _, why, ok := strings.Cut(lines[i], "FATAL:"); ok {
			return strings.TrimSpace(why)
		}
	}
	return strings.TrimSpace(lines[len(lines)-1])
}
