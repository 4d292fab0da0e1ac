package override

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path"
	"path/filepath"
	"strconv"
	"syscall"
)

// Folders are where the province's files lie, and where the contents are kept that they were made from.
type Folders struct {
	Own  string // ROOT/local/templates
	Kept string // ROOT/local/shipped: files named by their hash
}

// Refused is a file of the province's that could not be read, and why.
type Refused struct {
	Path string
	Why  error
}

// Scan reads the province's files against what is shipped now. A folder that is not there holds none. Notes, editors' copies and
// whatever else no shipped file answers to are Files without New.
func (d Folders) Scan(shipped fs.FS) ([]File, []Refused, error) {
	var out []File
	var refused []Refused
	own := os.DirFS(d.Own)
	err := fs.WalkDir(own, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return fs.SkipAll // there is nothing of the province's
		case err != nil:
			refused = append(refused, Refused{name, err})
		case !entry.IsDir() && path.Ext(name) != From:
			f, err := d.file(shipped, own, name)
			if err != nil {
				refused = append(refused, Refused{name, err})
				return nil //nolint:nilerr // it is told, and the others are read
			}
			out = append(out, f)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("look at the province's files: %w", err)
	}
	return out, refused, nil
}

func (d Folders) file(shipped, own fs.FS, name string) (File, error) {
	f := File{Path: name}
	info, err := fs.Stat(own, name)
	if err != nil {
		return f, err
	}
	if f.Own, err = fs.ReadFile(own, name); err != nil {
		return f, err
	}
	f.By, f.At = owner(info), info.ModTime()
	if f.New, err = fs.ReadFile(shipped, name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return f, err
	}
	mark, err := fs.ReadFile(own, name+From)
	if err != nil { // absent, or something stands in its way
		f.State, f.Base = Unmarked, f.New
		return f, nil //nolint:nilerr // a file without a mark is one, too
	}
	from := MarkOf(mark)
	switch {
	case from == Nothing:
	case f.New != nil && from == Hash(f.New):
		f.Base = f.New
	case !IsHash(from):
		f.State = Lost
	default:
		f.Base, err = os.ReadFile(filepath.Join(d.Kept, from))
		if err != nil || Hash(f.Base) != from {
			f.Base, f.State = nil, Lost
		}
	}
	return f, nil
}

// owner is the login of the file's owner, or the number when the host has no such account.
func owner(info fs.FileInfo) string {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	uid := strconv.FormatUint(uint64(st.Uid), 10)
	if u, err := user.LookupId(uid); err == nil {
		return u.Username
	}
	return uid
}
