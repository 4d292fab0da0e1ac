package engine

import (
	"context"
	"io/fs"
)

// ReadOnly hides the writing half of a host. What it returns cannot be turned back into a Host by a type assertion, so a
// Plan has no way to write.
func ReadOnly(h Reader) Reader { return reader{h} }

type reader struct{ h Reader }

func (r reader) Stat(path string) (fs.FileInfo, error)                { return r.h.Stat(path) }
func (r reader) ReadFile(path string) ([]byte, error)                 { return r.h.ReadFile(path) }
func (r reader) ReadDir(path string) ([]fs.DirEntry, error)           { return r.h.ReadDir(path) }
func (r reader) Readlink(path string) (string, error)                 { return r.h.Readlink(path) }
func (r reader) Owner(path string) (int, int, error)                  { return r.h.Owner(path) }
func (r reader) LookupAccount(name string) (Account, error)           { return r.h.LookupAccount(name) }
func (r reader) Alive(pid int, exe string) bool                       { return r.h.Alive(pid, exe) }
func (r reader) Query(c context.Context, a ...string) ([]byte, error) { return r.h.Query(c, a...) }
