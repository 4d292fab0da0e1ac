package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// Start starts cmd in a session of its own and returns: the process outlives us, has no terminal, and what it prints is
// appended to cmd.Log (made 0640 for the account that runs it; nothing is kept when Log is ""). The lock of the engine and
// every other file of ours is closed to it; cmd.Files are its descriptors from 3 on. ctx only bounds the starting.
func (l *Local) Start(ctx context.Context, cmd engine.Command) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if cmd.Stdin != nil {
		return 0, fault.New(fault.Internal, "engine.host.stdin", "program", filepath.Base(cmd.Path))
	}
	c, closeFiles, err := prepare(context.WithoutCancel(ctx), cmd)
	if err != nil {
		return 0, err
	}
	defer closeFiles()
	c.Cancel, c.WaitDelay = nil, 0
	c.SysProcAttr.Setsid = true
	if cmd.Log != "" {
		log, err := openLog(cmd.Log, cmd.As)
		if err != nil {
			return 0, err
		}
		defer func() { _ = log.Close() }()
		c.Stdout, c.Stderr = log, log
	}
	if err := c.Start(); err != nil {
		return 0, fault.Wrap(err, fault.Unavailable, "engine.host.command", "program", filepath.Base(cmd.Path), "said", err)
	}
	pid := c.Process.Pid
	go func() { _ = c.Wait() }() // takes the exit status if it ends before us, so that Alive does not see a dead child
	return pid, nil
}

// openLog opens a log for appending, not through a link, and gives a new one to the account that will write it.
func openLog(path string, as *engine.Account) (*os.File, error) {
	if err := check(path); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	if as != nil && root() {
		if err := f.Chown(as.UID, as.GID); err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("open log: %w", err)
		}
	}
	return f, nil
}

// Signal sends sig to pid. A process that has ended is fault.NotFound.
func (l *Local) Signal(pid int, sig int) error {
	if pid <= 1 {
		return fault.New(fault.Internal, "engine.host.pid", "pid", pid)
	}
	if !l.Alive(pid, "") { // a zombie would still take the signal
		return fault.New(fault.NotFound, "engine.host.gone", "pid", pid)
	}
	err := syscall.Kill(pid, syscall.Signal(sig))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ESRCH):
		return fault.Wrap(err, fault.NotFound, "engine.host.gone", "pid", pid)
	case errors.Is(err, syscall.EPERM):
		return fault.Wrap(err, fault.Forbidden, "engine.host.foreign", "pid", pid)
	}
	return fmt.Errorf("signal %d: %w", pid, err)
}

// Alive reports whether pid runs (a zombie does not) and, unless exe is "", whether it runs exe: a path is compared whole,
// a bare name with the base name. A binary that was replaced meanwhile still counts.
func (l *Local) Alive(pid int, exe string) bool {
	if pid <= 0 {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	// The name stands in brackets and may hold anything; the state follows the last bracket.
	name, rest, ok := cutLast(string(stat), ')')
	if !ok || strings.HasPrefix(strings.TrimSpace(rest), "Z") || strings.HasPrefix(strings.TrimSpace(rest), "X") {
		return false
	}
	if exe == "" {
		return true
	}
	real, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if errors.Is(err, fs.ErrPermission) { // another account's process: only its short name is public
		_, comm, _ := strings.Cut(name, "(")
		base := filepath.Base(exe)
		return comm == base[:min(len(base), 15)]
	}
	if err != nil {
		return false
	}
	real = strings.TrimSuffix(real, " (deleted)")
	if filepath.IsAbs(exe) {
		if to, err := filepath.EvalSymlinks(exe); err == nil && to == real {
			return true
		}
		return real == exe
	}
	return filepath.Base(real) == exe
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
