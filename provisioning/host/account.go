package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/user"
	"regexp"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
)

var accountName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// LookupAccount finds a local user, fault.NotFound when there is none.
func (l *Local) LookupAccount(name string) (engine.Account, error) {
	u, err := user.Lookup(name)
	var unknown user.UnknownUserError
	if errors.As(err, &unknown) {
		return engine.Account{}, fault.Wrap(err, fault.NotFound, "engine.host.account.none", "account", name)
	}
	if err != nil {
		return engine.Account{}, fmt.Errorf("look up account: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2); err != nil {
		return engine.Account{}, fmt.Errorf("look up account %s: %w", name, err)
	}
	return engine.Account{Name: u.Username, UID: uid, GID: gid, Home: u.HomeDir}, nil
}

// CreateAccount makes a system account that nobody can sign in to, with a group of its own and without making its home.
// One that is there already is returned as it is. Only root can; fault.Forbidden otherwise.
func (l *Local) CreateAccount(name, home string) (engine.Account, error) {
	if !accountName.MatchString(name) {
		return engine.Account{}, fault.New(fault.Internal, "engine.host.account.name", "account", name)
	}
	if a, err := l.LookupAccount(name); err == nil || !fault.Is(err, fault.NotFound) {
		return a, err
	}
	if !root() {
		return engine.Account{}, fault.New(fault.Forbidden, "engine.host.account.root", "account", name)
	}
	group := "--user-group"
	if _, err := user.LookupGroup(name); err == nil {
		group = "--gid=" + name // left over from a creation that was cut between group and account
	}
	if err := l.admin("useradd", "--system", group, "--no-create-home", "--home-dir", home,
		"--shell", "/usr/sbin/nologin", "--comment", "egovctl", name); err != nil {
		return engine.Account{}, err
	}
	return l.LookupAccount(name)
}

// RemoveAccount removes an account and its group; its files stay. Absent is fine.
func (l *Local) RemoveAccount(name string) error {
	if !accountName.MatchString(name) {
		return fault.New(fault.Internal, "engine.host.account.name", "account", name)
	}
	_, err := l.LookupAccount(name)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err == nil {
		if !root() {
			return fault.New(fault.Forbidden, "engine.host.account.root", "account", name)
		}
		if err := l.admin("userdel", name); err != nil {
			return err
		}
	}
	if _, err := user.LookupGroup(name); err == nil && root() {
		return l.admin("groupdel", name)
	}
	return nil
}

// admin runs one of the tools that keep the account files. They fsync and rename these themselves, and take some milliseconds: one
// that died with us would leave its lock and its drafts in /etc. Whoever comes while another one holds the lock, ours of a moment
// ago perhaps, is turned away at once, so it is tried again.
func (l *Local) admin(tool string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		out, err := l.run(ctx, engine.Command{Path: tool, Args: args, Env: []string{"PATH=" + searchPath, "LC_ALL=C.UTF-8"}}, 0)
		if err == nil || !bytes.Contains(out, []byte("cannot lock")) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}
