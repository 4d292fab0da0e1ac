// Package account makes the local account that runs the instance, when root installs it.
package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes the account egov-<instance>.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "account", Title: "step.account", Touches: []string{"account"}, Reversible: true}
}

// Plan asks for the account when root installs and it is not there.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	if !s.site.AsRoot {
		return nil, nil
	}
	_, err := look.LookupAccount(s.site.Answers.Account())
	if fault.Is(err, fault.NotFound) {
		return []engine.Change{{ID: "account", Action: "create", Target: s.site.Answers.Account()}}, nil
	}
	return nil, err
}

// Apply makes the account.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	_, err := on.CreateAccount(c.Target, string(s.site.Root))
	return err
}

// Undo removes the account; the journal says that we made it. While processes of another instance of the same name run
// under it, it stays: they could not go on without it. What is kept at ROOT goes to root first: the next account on this
// host is given the freed number, and would own the data of a province. An installation over them hands them on.
func (s *Step) Undo(ctx context.Context, on engine.Host, c engine.Change) error {
	a, err := on.LookupAccount(c.Target)
	if err == nil {
		if staysInUse(ctx, a.UID) {
			return engine.Keep("step.account.kept")
		}
		if err := toRoot(on, string(s.site.Root), a); err != nil {
			return err
		}
	}
	return on.RemoveAccount(c.Target)
}

// toRoot gives root what belongs to the account at path and below. Modes stay: what was closed to others still is.
func toRoot(on engine.Host, path string, a engine.Account) error {
	info, err := on.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", path, err)
	}
	if info.IsDir() {
		entries, err := on.ReadDir(path)
		if err != nil {
			return fmt.Errorf("look at %s: %w", path, err)
		}
		for _, e := range entries {
			if err := toRoot(on, filepath.Join(path, e.Name()), a); err != nil {
				return err
			}
		}
	}
	uid, gid, err := on.Owner(path)
	if err != nil || (uid != a.UID && gid != a.GID) {
		return err
	}
	return on.Chown(path, 0, 0)
}

// lastBreath is how long what we have stopped may take to be gone: PostgreSQL's log writer ends after its server.
const lastBreath = 5 * time.Second

// staysInUse reports whether processes run under uid that do not end by themselves in a moment.
func staysInUse(ctx context.Context, uid int) bool {
	for end := time.Now().Add(lastBreath); inUse(uid); {
		if time.Now().After(end) || ctx.Err() != nil {
			return true
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// inUse reports whether a process runs under uid. One that has ended and was not collected by its parent yet is none:
// our own server and platform are such for a moment after they were stopped.
func inUse(uid int) bool {
	processes, _ := filepath.Glob("/proc/[0-9]*") // only a malformed pattern fails
	for _, p := range processes {
		var st unix.Stat_t
		if unix.Stat(p, &st) == nil && int(st.Uid) == uid && !ended(p) {
			return true
		}
	}
	return false
}

// ended reports whether a folder of /proc is that of a zombie: its state stands behind the name in brackets.
func ended(process string) bool {
	raw, err := os.ReadFile(filepath.Join(process, "stat"))
	at := bytes.LastIndexByte(raw, ')')
	return err != nil || (at >= 0 && bytes.HasPrefix(raw[at:], []byte(") Z")))
}
