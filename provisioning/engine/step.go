// Package engine carries out an ordered list of steps on a host: one lock, one fsynced journal, resume after a cut,
// undo in reverse. It knows no step by name.
package engine

import (
	"context"
	"io"
	"io/fs"
	"time"
)

// Info describes a step.
type Info struct {
	Name       string   // stable, kebab-case: "cluster"
	Title      string   // message key of what a person sees
	Touches    []string // in words: "data/postgres", "account"
	Reversible bool
	Why        string // message key: why it cannot be undone, when it cannot

	Retries int           // how often a change that failed is tried again, with back-off; 0 never
	Timeout time.Duration // what one try of one change may take; 0 without limit
}

// Change is one thing still to be made true. It goes into the journal, so it holds no secret.
type Change struct {
	ID     string            `json:"id"`               // stable within the step: the same need has the same id on every plan
	Action string            `json:"action"`           // create, update, start, run, remove
	Target string            `json:"target"`           // path, account, schema
	Detail map[string]string `json:"detail,omitempty"` // what Undo needs to know, such as the value before
}

// Step makes one thing true on a host. All four methods are mandatory.
//
// Plan only looks (its host has no way to write) and lists what is still needed. Apply does one of those changes, and
// may be cut at any moment: the next Plan sees what is left. After the last Apply the engine calls Plan again, and it
// must come back empty. Undo reverses one change that the journal says was begun; it must bear being called twice.
type Step interface {
	Info() Info
	Plan(ctx context.Context, look Reader) ([]Change, error)
	Apply(ctx context.Context, on Host, c Change, say Progress) error
	Undo(ctx context.Context, on Host, c Change) error
}

// Progress tells how far a change is: done of total in unit ("rows", "bytes"), 0 total when unknown.
type Progress func(done, total int64, unit string)

// Reader is the read-only seam to the machine. Paths are absolute.
type Reader interface {
	Stat(path string) (fs.FileInfo, error) // like os.Lstat
	ReadFile(path string) ([]byte, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	Readlink(path string) (string, error)
	Owner(path string) (uid, gid int, err error)
	LookupAccount(name string) (Account, error)                // fault.NotFound when there is none
	Query(ctx context.Context, argv ...string) ([]byte, error) // runs a command that only reads; stdout
	Alive(pid int, exe string) bool                            // is pid alive and (exe not "") running exe?
}

// Host is the writing seam. Every write but Draft is durable when it returns: file and folder are fsynced.
type Host interface {
	Reader
	MkdirAll(path string, mode fs.FileMode) error               // existing folders stay as they are
	WriteFile(path string, data []byte, mode fs.FileMode) error // temporary file, fsync, rename, fsync of the folder
	Symlink(target, path string) error                          // atomic replace
	Rename(from, to string) error                               // fsyncs both folders
	Remove(path string) error                                   // file or empty folder; absent is fine
	RemoveAll(path string) error
	Chmod(path string, mode fs.FileMode) error
	Chown(path string, uid, gid int) error
	CopyFile(from, to string, mode fs.FileMode) error            // streamed, fsynced, renamed into place
	Draft(path string, src io.Reader, mode fs.FileMode) error    // a file of a tree that nobody uses yet: durable only after Settle
	Settle(folder string) error                                  // everything below is durable: one sync instead of one a file
	Run(ctx context.Context, cmd Command) ([]byte, error)        // waits; combined output; the child dies with us
	Start(ctx context.Context, cmd Command) (pid int, err error) // detached: outlives us, own session
	CreateAccount(name, home string) (Account, error)
	RemoveAccount(name string) error
	Signal(pid int, sig int) error
}

// Account is a local user.
type Account struct {
	Name     string
	UID, GID int
	Home     string
}

// Command is a program to run. As is nil for the caller's own identity.
type Command struct {
	Path  string
	Args  []string
	Env   []string // the whole environment, nothing inherited
	Dir   string
	As    *Account
	Stdin []byte
	Log   string    // Start: file that takes stdout and stderr
	Files []uintptr // extra file descriptors, from 3 on
}
