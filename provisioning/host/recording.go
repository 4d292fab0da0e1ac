package host

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"egovctl/provisioning/engine"
)

// Recording passes everything on to another host and writes down what would change something, as "<verb> <target>".
// Contents, environments and stdin are not kept.
type Recording struct {
	engine.Host
	mu  sync.Mutex
	ops []string
}

// NewRecording records what is asked of h.
func NewRecording(h engine.Host) *Recording { return &Recording{Host: h} }

// Ops returns what was asked so far, in order.
func (r *Recording) Ops() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ops)
}

func (r *Recording) note(verb string, targets ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, verb+" "+strings.TrimSuffix(fmt.Sprintln(targets...), "\n"))
}

// MkdirAll records and does.
func (r *Recording) MkdirAll(path string, mode fs.FileMode) error {
	r.note("mkdir", path, mode)
	return r.Host.MkdirAll(path, mode)
}

// WriteFile records and does.
func (r *Recording) WriteFile(path string, data []byte, mode fs.FileMode) error {
	r.note("write", path, mode)
	return r.Host.WriteFile(path, data, mode)
}

// Symlink records and does.
func (r *Recording) Symlink(target, path string) error {
	r.note("symlink", path, target)
	return r.Host.Symlink(target, path)
}

// Rename records and does.
func (r *Recording) Rename(from, to string) error {
	r.note("rename", from, to)
	return r.Host.Rename(from, to)
}

// Remove records and does.
func (r *Recording) Remove(path string) error {
	r.note("remove", path)
	return r.Host.Remove(path)
}

// RemoveAll records and does.
func (r *Recording) RemoveAll(path string) error {
	r.note("remove-all", path)
	return r.Host.RemoveAll(path)
}

// Chmod records and does.
func (r *Recording) Chmod(path string, mode fs.FileMode) error {
	r.note("chmod", path, mode)
	return r.Host.Chmod(path, mode)
}

// Chown records and does.
func (r *Recording) Chown(path string, uid, gid int) error {
	r.note("chown", path, uid, gid)
	return r.Host.Chown(path, uid, gid)
}

// CopyFile records and does.
func (r *Recording) CopyFile(from, to string, mode fs.FileMode) error {
	r.note("copy", from, to, mode)
	return r.Host.CopyFile(from, to, mode)
}

// Run records the program and does.
func (r *Recording) Run(ctx context.Context, cmd engine.Command) ([]byte, error) {
	r.note("run", cmd.Path)
	return r.Host.Run(ctx, cmd)
}

// Start records the program and does.
func (r *Recording) Start(ctx context.Context, cmd engine.Command) (int, error) {
	r.note("start", cmd.Path)
	return r.Host.Start(ctx, cmd)
}

// CreateAccount records and does.
func (r *Recording) CreateAccount(name, home string) (engine.Account, error) {
	r.note("create-account", name)
	return r.Host.CreateAccount(name, home)
}

// RemoveAccount records and does.
func (r *Recording) RemoveAccount(name string) error {
	r.note("remove-account", name)
	return r.Host.RemoveAccount(name)
}

// Signal records and does.
func (r *Recording) Signal(pid int, sig int) error {
	r.note("signal", pid, sig)
	return r.Host.Signal(pid, sig)
}
