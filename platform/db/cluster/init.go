package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
)

// Locale is the collation of every database: A Ă Â D Đ E Ê in their Vietnamese order.
const Locale = "vi-VN"

// Init makes the data folder: initdb in a staging folder beside it, our settings in place of the samples, one sync,
// one rename. A cut leaves at most the staging folder, which the next Init removes. An existing data folder of
// the right major version is left as it is. Faults: findings "postgres.major", "postgres.init".
func (c *Cluster) Init(ctx context.Context, password secret.String, size Size) error {
	if major, err := c.Major(); err != nil || major != 0 {
		return errors.Join(err, c.CheckMajor())
	}
	staging := c.o.Data + ".new"
	if err := c.initInto(ctx, staging, password, size); err != nil {
		return fault.Wrap(err, fault.Finding, "postgres.init", "path", c.o.Data, "why", reason(err))
	}
	return nil
}

func (c *Cluster) initInto(ctx context.Context, staging string, password secret.String, size Size) error {
	if err := os.RemoveAll(staging); err != nil {
		return err
	}
	for _, dir := range []string{staging, c.o.Log, c.o.Socket} {
		if err := c.folder(dir); err != nil {
			return err
		}
	}
	if err := c.initdb(ctx, staging, password); err != nil {
		return err
	}
	for name, text := range map[string]string{"postgresql.conf": c.Config(size), "pg_hba.conf": c.HBA(), "pg_ident.conf": ""} {
		if err := c.write(filepath.Join(staging, name), text); err != nil {
			return err
		}
	}
	if err := c.sync(staging); err != nil {
		return err
	}
	if err := os.Rename(staging, c.o.Data); err != nil {
		return err
	}
	return c.sync(filepath.Dir(c.o.Data))
}

func (c *Cluster) initdb(ctx context.Context, staging string, password secret.String) error {
	pwfile := staging + ".pw" // initdb takes the password by file only; a pipe of ours cannot be opened by another account
	if err := c.write(pwfile, password.Reveal()+"\n"); err != nil {
		return err
	}
	defer func() { _ = os.Remove(pwfile) }()
	return c.run(ctx, "initdb", "-D", staging, "-U", c.o.Superuser, "--pwfile="+pwfile,
		"--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8",
		"--locale-provider=icu", "--icu-locale="+Locale, "--text-search-config=simple",
		"--no-sync", "--no-instructions") // we sync once, after our own files
}

// run executes one of the programs under the account and waits. The program dies with us.
func (c *Cluster) run(ctx context.Context, program string, args ...string) error {
	_, err := c.runIn(ctx, "/", c.o.Binaries.Env(), c.o.Binaries.Path(program), args...)
	return err
}

// runIn executes a program of any folder, and returns what it said.
func (c *Cluster) runIn(ctx context.Context, dir string, env []string, path string, args ...string) (said string, err error) {
	// Pdeathsig follows the thread that forked, so that thread must live until the child has ended
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env, cmd.Dir = env, dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: c.credential()}
	out, err := cmd.CombinedOutput()
	said = strings.TrimSpace(string(out))
	if err != nil {
		return said, fmt.Errorf("%s: %w: %s", filepath.Base(path), err, said)
	}
	return said, nil
}

func (c *Cluster) credential() *syscall.Credential {
	if c.o.As == nil || c.o.As.UID == os.Geteuid() {
		return nil
	}
	return &syscall.Credential{Uid: uint32(c.o.As.UID), Gid: uint32(c.o.As.GID), Groups: []uint32{}}
}

// folder makes dir, if need be, for the account alone.
func (c *Cluster) folder(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return c.own(dir)
}

func (c *Cluster) write(path, text string) error {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return err
	}
	return c.own(path)
}

func (c *Cluster) own(path string) error {
	if c.credential() == nil {
		return nil
	}
	return os.Lchown(path, c.o.As.UID, c.o.As.GID)
}

// sync makes the whole file system that holds path durable: one call in place of a thousand. Where the server itself is
// told not to bother (tests), neither do we.
func (c *Cluster) sync(path string) error {
	if c.o.Settings["fsync"] == "off" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return unix.Syncfs(int(f.Fd()))
}

// reason is the last line of what a program said, for the person.
func reason(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return lines[len(lines)-1]
}
