package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

// searchPath is where a command without a slash is looked for, and the PATH of Query.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Run runs cmd to its end and returns what it printed on stdout and stderr together, also when it failed.
//
// The child dies with us, however we die (PR_SET_PDEATHSIG), and stands in a process group of its own: Ctrl-C on our
// terminal reaches us and not the change under way. When ctx ends, the whole group is killed. A command that ends with a
// status other than 0 is fault.Unavailable "engine.host.command" with the last line of its output.
func (l *Local) Run(ctx context.Context, cmd engine.Command) ([]byte, error) {
	return l.run(ctx, cmd, syscall.SIGKILL)
}

// run is Run with the signal that the child gets when we die; 0 lets it come to its end.
func (l *Local) run(ctx context.Context, cmd engine.Command, death syscall.Signal) ([]byte, error) {
	c, closeFiles, err := prepare(ctx, cmd)
	if err != nil {
		return nil, err
	}
	defer closeFiles()
	c.SysProcAttr.Setpgid = true
	c.SysProcAttr.Pdeathsig = death
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if cmd.Stdin != nil {
		c.Stdin = bytes.NewReader(cmd.Stdin)
	}
	err = supervised(c)
	return out.Bytes(), outcome(ctx, cmd, out.Bytes(), err)
}

// Query runs argv with a bare environment and returns its stdout. It is meant for commands that only read.
func (l *Local) Query(ctx context.Context, argv ...string) ([]byte, error) {
	if len(argv) == 0 {
		return nil, fault.New(fault.Internal, "engine.host.path", "path", "")
	}
	cmd := engine.Command{Path: argv[0], Args: argv[1:], Env: []string{"PATH=" + searchPath, "LC_ALL=C.UTF-8"}}
	c, closeFiles, err := prepare(ctx, cmd)
	if err != nil {
		return nil, err
	}
	defer closeFiles()
	c.SysProcAttr.Setpgid = true
	c.SysProcAttr.Pdeathsig = syscall.SIGKILL
	var out, complaint bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaint
	err = supervised(c)
	return out.Bytes(), outcome(ctx, cmd, complaint.Bytes(), err)
}

// prepare makes an exec.Cmd with nothing inherited: environment, folder, identity and files are those of cmd.
func prepare(ctx context.Context, cmd engine.Command) (*exec.Cmd, func(), error) {
	path, err := Program(cmd.Path)
	if err != nil {
		return nil, nil, err
	}
	c := exec.CommandContext(ctx, path, cmd.Args...)
	c.Env = append([]string{}, cmd.Env...) // never nil: nil would inherit
	c.Dir = cmd.Dir
	if c.Dir == "" {
		c.Dir = "/"
	}
	c.SysProcAttr = &syscall.SysProcAttr{}
	if c.SysProcAttr.Credential, err = credential(cmd.As); err != nil {
		return nil, nil, err
	}
	c.Cancel = func() error { return killGroup(c.Process) }
	c.WaitDelay = time.Second // a grandchild that keeps our pipe open does not keep us
	if err := keepOurs(); err != nil {
		return nil, nil, err
	}
	closeFiles, err := handOver(c, cmd.Files)
	return c, closeFiles, err
}

// keepOurs marks every file from descriptor 3 on close-on-exec. Go does so with those that it opens; this is for those that
// we were handed ourselves (by make, a shell, a supervisor): a database that keeps the pipe of somebody who waits for its
// end would make him wait for ever. They stay open for us, and Command.Files are duplicates that the child does get.
func keepOurs() error {
	err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if err == nil {
		return nil
	}
	entries, listErr := os.ReadDir("/proc/self/fd") // before Linux 5.11
	if listErr != nil {
		return fmt.Errorf("keep our files: %w", errors.Join(err, listErr))
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// Program finds what Run would run: a whole path, or a bare name in a fixed list of folders; the caller's PATH decides
// nothing. fault.NotFound "engine.host.program" when it is not there.
func Program(name string) (string, error) {
	if filepath.IsAbs(name) {
		if _, err := os.Stat(name); err != nil {
			return "", fault.Wrap(err, fault.NotFound, "engine.host.program", "program", name)
		}
		return name, nil
	}
	if filepath.Base(name) == name {
		for _, dir := range filepath.SplitList(searchPath) {
			p := filepath.Join(dir, name)
			if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() && fi.Mode()&0o111 != 0 {
				return p, nil
			}
		}
	}
	return "", fault.New(fault.NotFound, "engine.host.program", "program", name)
}

// credential drops to an account with the supplementary groups that it has, and none of ours.
func credential(as *engine.Account) (*syscall.Credential, error) {
	if as == nil || (as.UID == os.Geteuid() && as.GID == os.Getegid()) {
		return nil, nil
	}
	if !root() {
		return nil, fault.New(fault.Forbidden, "engine.host.identity", "account", as.Name)
	}
	c := &syscall.Credential{Uid: uint32(as.UID), Gid: uint32(as.GID), Groups: []uint32{}}
	u, err := user.LookupId(strconv.Itoa(as.UID))
	if err != nil {
		return c, nil //nolint:nilerr // a number without a name has no groups
	}
	ids, err := u.GroupIds()
	if err != nil {
		return nil, fmt.Errorf("groups of %s: %w", as.Name, err)
	}
	for _, id := range ids {
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("groups of %s: %w", as.Name, err)
		}
		c.Groups = append(c.Groups, uint32(n))
	}
	return c, nil
}

// handOver gives the child files from descriptor 3 on. They are duplicated, because an os.File closes its descriptor when
// it is collected, and these belong to the caller.
func handOver(c *exec.Cmd, files []uintptr) (func(), error) {
	closeAll := func() {
		for _, f := range c.ExtraFiles {
			_ = f.Close() // a duplicate; the caller's own stays open
		}
	}
	for _, fd := range files {
		dup, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 3)
		if err != nil {
			closeAll()
			return nil, fmt.Errorf("hand over descriptor %d: %w", fd, err)
		}
		c.ExtraFiles = append(c.ExtraFiles, os.NewFile(uintptr(dup), "inherited"))
	}
	return closeAll, nil
}

// supervised starts c and waits for it on one locked thread: the death signal comes when the *thread* that forked ends,
// and Go ends threads when it likes unless a goroutine holds on to one.
func supervised(c *exec.Cmd) error {
	var err error
	var done sync.WaitGroup
	done.Go(func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err = c.Run()
	})
	done.Wait()
	return err
}

func killGroup(p *os.Process) error {
	err := syscall.Kill(-p.Pid, syscall.SIGKILL)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// outcome turns the end of a command into a fault. Its arguments are not told: they may name what a log should not.
func outcome(ctx context.Context, cmd engine.Command, said []byte, err error) error {
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil
	case ctx.Err() != nil:
		return fault.Wrap(errors.Join(ctx.Err(), err), fault.Unavailable, "engine.host.cut", "program", filepath.Base(cmd.Path))
	}
	return fault.Wrap(err, fault.Unavailable, "engine.host.command", "program", filepath.Base(cmd.Path), "said", lastLine(said))
}

func lastLine(b []byte) string {
	lines := bytes.Split(bytes.TrimSpace(b), []byte("\n"))
	s := string(bytes.ToValidUTF8(bytes.TrimSpace(lines[len(lines)-1]), []byte("?")))
	if len(s) > 300 {
		s = s[:300] + "..."
	}
	return s
}
