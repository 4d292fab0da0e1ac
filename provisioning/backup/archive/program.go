package archive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// call is one run of the archiver.
type call struct {
	args     []string
	password secret.String   // of PostgreSQL's superuser, where it connects
	say      engine.Progress // nil for none
}

// run waits for its end under the account of the instance, and returns what it wrote on stdout. It dies with us. Faults: finding
// "archive.program" where it is not installed; unavailable "archive.said" with what it complained about.
func (a Archive) run(ctx context.Context, look engine.Reader, c call) (out []byte, err error) {
	program, err := instance.Archiver()
	if err != nil {
		return nil, err
	}
	account, err := a.site.Account(look)
	if err != nil {
		return nil, err
	}
	args := append([]string{"--config=" + a.site.Root.ArchiveConfig(), "--stanza=" + instance.ArchiveName}, c.args...)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Dir = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "PGPASSFILE=/proc/self/fd/3"}, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	uid, gid := os.Geteuid(), os.Getegid()
	if account != nil && account.UID != uid {
		uid, gid = account.UID, account.GID
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{}} //nolint:gosec // an account's numbers are not negative
	}
	pass, err := passFile(c.password, uid, gid)
	if err != nil {
		return nil, err
	}
	defer func() { _ = pass.Close() }() // it was in memory only
	cmd.ExtraFiles = []*os.File{pass}
	var said, complained bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Writer(&said), &complained
	if c.say != nil {
		told := &hundredths{say: c.say}
		cmd.Stdout = io.MultiWriter(told, &lastLines{&said})
	}
	ended := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // the death signal comes when the thread that forked ends
		defer runtime.UnlockOSThread()
		ended <- cmd.Run()
	}()
	switch err := <-ended; {
	case err == nil:
		return said.Bytes(), nil
	case ctx.Err() != nil:
		return nil, errors.Join(ctx.Err(), err)
	default:
		return nil, fault.Wrap(err, fault.Unavailable, "archive.said", "command", c.args[0], "said", complaint(complained.String()+"\n"+said.String()))
	}
}

// passFile is a file in memory alone, for who runs the program: the password is in no argument, no environment and on no disk.
func passFile(word secret.String, uid, gid int) (*os.File, error) {
	fd, err := unix.MemfdCreate("pgpass", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("password for the archiver: %w", err)
	}
	f := os.NewFile(uintptr(fd), "pgpass") //nolint:gosec // a descriptor is small
	text := "*:*:*:*:" + strings.NewReplacer(`\`, `\\`, ":", `\:`).Replace(word.Reveal()) + "\n"
	err = errors.Join(f.Chmod(0o600), f.Chown(uid, gid))
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("password for the archiver: %w", err), f.Close())
	}
	return f, nil
}

var errorLine = regexp.MustCompile(`(?m)ERROR: (?:\[\d+\]: )?(.*)$`)

// complaint is the first error in what the archiver said, else its last line.
func complaint(said string) string {
	if m := errorLine.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return lines[len(lines)-1]
}

// lastLines keeps the end of what was written.
type lastLines struct{ b *bytes.Buffer }

func (l *lastLines) Write(p []byte) (int, error) {
	if l.b.Len() > 64<<10 {
		l.b.Next(l.b.Len() - 4<<10)
	}
	return l.b.Write(p)
}

var percent = regexp.MustCompile(`, (\d+)(?:\.\d+)?%\)`)

// hundredths reads from the lines of the archiver how far it is.
type hundredths struct {
	say  engine.Progress
	rest []byte
	last int64
}

func (h *hundredths) Write(p []byte) (int, error) {
	h.rest = append(h.rest, p...)
	for {
		advance, line, _ := bufio.ScanLines(h.rest, false)
		if advance == 0 {
			return len(p), nil
		}
		h.rest = h.rest[advance:]
		if m := percent.FindSubmatch(line); m != nil {
			if n, err := strconv.ParseInt(string(m[1]), 10, 64); err == nil && n > h.last {
				h.last = n
				h.say(n, 100, "%")
			}
		}
	}
}
