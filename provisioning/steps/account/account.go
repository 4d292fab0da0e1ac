// Package account makes the local account that runs the instance, when root installs it.
package account

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

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
// under it, it stays: they could not go on without it.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	a, err := on.LookupAccount(c.Target)
	if err == nil && inUse(a.UID) {
		return nil
	}
	return on.RemoveAccount(c.Target)
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
