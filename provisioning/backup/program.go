package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/instance"
)

// program is one of PostgreSQL's, run as a client of a site's server by the superuser. It streams, and it dies with us.
type program struct {
	name   string
	args   []string
	site   instance.Site
	online bool // it connects
	stdin  io.Reader
	stdout io.Writer
}

// run waits for its end. Fault: unavailable "backup.program" with the last line of what it complained about.
func (p program) run(ctx context.Context) error {
	bin, err := p.site.Binaries()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, bin.Path(p.name), p.args...) //nolint:gosec // one of the programs that were found
	c.Env, c.Dir, c.Stdin, c.Stdout = append(bin.Env(), "PGTZ=UTC", "PGAPPNAME=egovctl backup"), "/", p.stdin, p.stdout
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if p.online {
		pass, err := p.password()
		if err != nil {
			return err
		}
		defer func() { _ = pass.Close() }() // it was in memory only
		c.ExtraFiles = []*os.File{pass}
		c.Env = append(c.Env, "PGHOST="+p.site.Root.SocketDir(p.site.Answers.Config), "PGPORT=5432", "PGUSER="+instance.Superuser,
			"PGDATABASE="+instance.Database, "PGPASSFILE=/proc/self/fd/3")
	}
	complaint := &lastBytes{}
	c.Stderr = complaint
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal comes when the thread that forked ends
		defer runtime.UnlockOSThread()
		done <- c.Run()
	}()
	err = <-done
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	}
	return fault.Wrap(err, fault.Unavailable, "backup.program", "program", p.name, "said", complaint.line())
}

// password is a file in memory alone: the password is in no argument, no environment and on no disk. libpq takes only a
// regular file that nobody else may read.
func (p program) password() (*os.File, error) {
	word, err := p.site.Secret(instance.SuperPassword)
	if err != nil {
		return nil, err
	}
	return passFile(word)
}

func passFile(word secret.String) (*os.File, error) {
	fd, err := unix.MemfdCreate("pgpass", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("password for a program: %w", err)
	}
	f := os.NewFile(uintptr(fd), "pgpass") //nolint:gosec // a descriptor is small
	text := "*:*:*:*:" + strings.NewReplacer(`\`, `\\`, ":", `\:`).Replace(word.Reveal()) + "\n"
	if err = f.Chmod(0o600); err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("password for a program: %w", err), f.Close())
	}
	return f, nil
}

// lastBytes keeps the end of what a program complains about.
type lastBytes struct{ b []byte }

func (l *lastBytes) Write(p []byte) (int, error) {
	l.b = append(l.b, p...)
	if extra := len(l.b) - 4096; extra > 0 {
		l.b = l.b[extra:]
	}
	return len(p), nil
}

// line is the last line that says something.
func (l *lastBytes) line() string {
	lines := bytes.Split(bytes.TrimSpace(l.b), []byte("\n"))
	return string(bytes.ToValidUTF8(bytes.TrimSpace(lines[len(lines)-1]), []byte("?")))
}
