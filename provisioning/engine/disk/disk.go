// Package disk holds the few file operations whose order decides what a power cut leaves behind. The journal and the
// local host write through it, so that a test can put a recording memory disk (package crash) in place of the real one
// and try every state that a cut may leave.
package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// FS is a disk. No operation is durable by itself but Sync and File.Sync: a folder keeps a new, renamed or removed name
// only after Sync of that folder, a file keeps its bytes only after Sync of that file. Paths are absolute and clean.
type FS interface {
	Lstat(path string) (fs.FileInfo, error)
	ReadFile(path string) ([]byte, error)
	ReadDir(path string) ([]fs.DirEntry, error) // sorted by name
	Readlink(path string) (string, error)
	Owner(path string) (uid, gid int, err error)
	Open(path string) (io.ReadCloser, error)

	Create(path string, mode fs.FileMode) (File, error) // a new file of exactly this mode; fs.ErrExist
	Mkdir(path string, mode fs.FileMode) error          // exactly this mode; fs.ErrExist
	Symlink(target, path string) error                  // fs.ErrExist
	Rename(from, to string) error                       // replaces to
	Remove(path string) error                           // file, link or empty folder; fs.ErrNotExist
	RemoveAll(path string) error                        // absent is fine
	Chmod(path string, mode fs.FileMode) error          // never through a link
	Chown(path string, uid, gid int) error              // never through a link
	Sync(path string) error                             // file or folder; *SyncError
	Flush(path string) error                            // everything written so far to the disk that holds path
	Lock(path string, mode fs.FileMode) (Latch, error)  // exclusive, at once or ErrLocked; makes the file
}

// File is a new file under way. Writes append.
type File interface {
	io.Writer
	Chown(uid, gid int) error
	Sync() error // *SyncError
	Close() error
}

// Latch is an exclusive lock on a file. The kernel releases it when the process ends, however it ends.
type Latch interface {
	Note(b []byte) error // replaces what the file says about its holder; not durable, and of no weight for the lock
	Held() bool          // false once the file was removed or replaced: others can then lock beside us
	Release() error      // clears the note and unlocks
}

// ErrLocked says that another open file holds the lock.
var ErrLocked = errors.New("locked")

// SyncError is a failed fsync. After it the kernel may call the same bytes clean although they never reached the disk,
// so a later fsync that succeeds proves nothing: whoever sees it stops and never tries the same file again.
type SyncError struct {
	Path string
	Err  error
}

func (e *SyncError) Error() string { return fmt.Sprintf("fsync %s: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *SyncError) Unwrap() error { return e.Err }
