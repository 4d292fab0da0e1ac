// Package host is the seam to the machine: Local does it, ReadOnly only looks.
package host

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
)

// Local is this machine. Every write but a draft is durable when it returns, see package disk for the order in which that is done.
// Paths are absolute and clean, and none of the writing methods takes "/".
type Local struct{ disk disk.FS }

var _ engine.Host = (*Local)(nil)

// NewLocal returns this machine.
func NewLocal() *Local { return &Local{disk: disk.OS{}} }

// NewOn returns a host whose files lie on d: tests put a memory disk there. Accounts and processes stay this machine's.
func NewOn(d disk.FS) *Local { return &Local{disk: d} }

// ReadOnly returns the looking half of h and nothing else.
func ReadOnly(h engine.Reader) engine.Reader { return engine.ReadOnly(h) }

// check refuses paths that would act relative to wherever the program happens to stand.
func check(paths ...string) error {
	for _, p := range paths {
		if !filepath.IsAbs(p) || filepath.Clean(p) != p || p == "/" {
			return fault.New(fault.Internal, "engine.host.path", "path", p)
		}
	}
	return nil
}

// Stat describes path itself; a link is not followed.
func (l *Local) Stat(path string) (fs.FileInfo, error) { return l.disk.Lstat(path) }

// ReadFile reads a whole file.
func (l *Local) ReadFile(path string) ([]byte, error) { return l.disk.ReadFile(path) }

// ReadDir lists a folder, sorted by name.
func (l *Local) ReadDir(path string) ([]fs.DirEntry, error) { return l.disk.ReadDir(path) }

// Readlink tells where a link points.
func (l *Local) Readlink(path string) (string, error) { return l.disk.Readlink(path) }

// Owner tells who owns path itself.
func (l *Local) Owner(path string) (uid, gid int, err error) { return l.disk.Owner(path) }

// MkdirAll makes path and what is missing above it, each of exactly this mode.
func (l *Local) MkdirAll(path string, mode fs.FileMode) error {
	if err := check(path); err != nil {
		return err
	}
	_, err := disk.MkdirAll(l.disk, path, mode)
	return err
}

// WriteFile replaces path in one step: after a cut there is the old content or the new one. A file that is replaced hands
// its owner on; a new one belongs to the caller.
func (l *Local) WriteFile(path string, data []byte, mode fs.FileMode) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.WriteFile(l.disk, path, data, mode)
}

// CopyFile is WriteFile with the content of another file, streamed.
func (l *Local) CopyFile(from, to string, mode fs.FileMode) error {
	if err := check(from, to); err != nil {
		return err
	}
	return disk.CopyFile(l.disk, from, to, mode)
}

// Draft writes a file of a tree that nobody uses yet, and the folders above it that are missing (0755). None of it survives a
// cut for certain before Settle.
func (l *Local) Draft(path string, src io.Reader, mode fs.FileMode) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.Draft(l.disk, path, src, mode)
}

// Settle makes everything below folder durable.
func (l *Local) Settle(folder string) error {
	if err := check(folder); err != nil {
		return err
	}
	return l.disk.Flush(folder)
}

// Symlink makes path a link to target in one step, also over another link or file.
func (l *Local) Symlink(target, path string) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.Symlink(l.disk, target, path)
}

// Rename moves a name within one file system.
func (l *Local) Rename(from, to string) error {
	if err := check(from, to); err != nil {
		return err
	}
	return disk.Rename(l.disk, from, to)
}

// Remove takes away a file, a link or an empty folder, and the temporary file that a cut write left beside it.
func (l *Local) Remove(path string) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.Remove(l.disk, path)
}

// RemoveAll takes away a tree.
func (l *Local) RemoveAll(path string) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.RemoveAll(l.disk, path)
}

// Chmod sets the mode of a file or folder, never through a link.
func (l *Local) Chmod(path string, mode fs.FileMode) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.Chmod(l.disk, path, mode)
}

// Chown sets the owner of path itself.
func (l *Local) Chown(path string, uid, gid int) error {
	if err := check(path); err != nil {
		return err
	}
	return disk.Chown(l.disk, path, uid, gid)
}

// root tells whether this process may act as somebody else.
func root() bool { return os.Geteuid() == 0 }
