package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// OS is the real disk of this machine.
type OS struct{}

var _ FS = OS{}

func (OS) Lstat(path string) (fs.FileInfo, error)     { return os.Lstat(path) }
func (OS) ReadFile(path string) ([]byte, error)       { return os.ReadFile(path) }
func (OS) ReadDir(path string) ([]fs.DirEntry, error) { return os.ReadDir(path) }
func (OS) Readlink(path string) (string, error)       { return os.Readlink(path) }
func (OS) Open(path string) (io.ReadCloser, error)    { return os.Open(path) }
func (OS) Symlink(target, path string) error          { return os.Symlink(target, path) }
func (OS) Rename(from, to string) error               { return os.Rename(from, to) }
func (OS) Remove(path string) error                   { return os.Remove(path) }
func (OS) RemoveAll(path string) error                { return os.RemoveAll(path) }
func (OS) Chown(path string, uid, gid int) error      { return os.Lchown(path, uid, gid) }

// Owner tells who owns path itself (a link is not followed).
func (OS) Owner(path string) (uid, gid int, err error) {
	fi, err := os.Lstat(path)
	if err != nil {
		return 0, 0, err
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("owner of %s: no stat", path)
	}
	return int(st.Uid), int(st.Gid), nil
}

// Create makes a file that was not there, whatever the umask is. A link that somebody planted under the name is not
// followed.
func (OS) Create(path string, mode fs.FileMode) (File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND|unix.O_NOFOLLOW, mode.Perm())
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(mode); err != nil {
		_ = f.Close()
		return nil, err
	}
	return &osFile{f}, nil
}

// Mkdir makes a folder of exactly this mode, whatever the umask is.
func (OS) Mkdir(path string, mode fs.FileMode) error {
	if err := os.Mkdir(path, mode.Perm()); err != nil {
		return err
	}
	return OS{}.Chmod(path, mode)
}

// Chmod goes through a handle on the name itself, so that a link which took its place in between is not followed.
func (OS) Chmod(path string, mode fs.FileMode) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "chmod", Path: path, Err: err}
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &fs.PathError{Op: "chmod", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return &fs.PathError{Op: "chmod", Path: path, Err: unix.ELOOP}
	}
	if err := os.Chmod(fmt.Sprintf("/proc/self/fd/%d", fd), mode); err != nil {
		return &fs.PathError{Op: "chmod", Path: path, Err: errors.Unwrap(err)}
	}
	return nil
}

// Sync makes a file's bytes and mode, or a folder's names, durable.
func (OS) Sync(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if errors.Is(err, unix.EACCES) { // our own file that we may write and not read
		fd, err = unix.Open(path, unix.O_WRONLY|unix.O_CLOEXEC|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	}
	if errors.Is(err, unix.ELOOP) { // a link to a folder counts as one
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_DIRECTORY, 0)
	}
	if err != nil {
		return &fs.PathError{Op: "open to sync", Path: path, Err: err}
	}
	defer func() { _ = unix.Close(fd) }()
	return fsync(fd, path)
}

// fsync repeats only what a signal cut short (EINTR); any other answer is final.
func fsync(fd int, path string) error {
	for {
		err := unix.Fsync(fd)
		if err == nil {
			return nil
		}
		if !errors.Is(err, unix.EINTR) {
			return &SyncError{Path: path, Err: err}
		}
	}
}

// Flush makes durable what a killed process left in memory: its files look written to everybody, until the power fails.
func (OS) Flush(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_DIRECTORY, 0)
	if err != nil {
		return &fs.PathError{Op: "open to sync", Path: path, Err: err}
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.Syncfs(fd); err != nil {
		return &SyncError{Path: path, Err: err}
	}
	return nil
}

type osFile struct{ *os.File }

func (f *osFile) Sync() error {
	if err := f.File.Sync(); err != nil {
		return &SyncError{Path: f.Name(), Err: err}
	}
	return nil
}
