package kit

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// Tree is a folder that becomes members below Prefix.
type Tree struct {
	Prefix string // "templates"; "" for the files of FS as they are named
	FS     fs.FS
}

// file is one file of a tree.
type file struct {
	path   string // of the member
	fs     fs.FS
	within string // its name in fs
	exec   bool
}

// listed are all files of trees, by the names that they get. Error: a name that no member can have, or one given twice.
func listed(trees []Tree) ([]file, error) {
	var out []file
	for _, t := range trees {
		err := fs.WalkDir(t.FS, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := fs.Stat(t.FS, p) // what a link leads to, if it is one
			if err != nil {
				return err
			}
			name := path.Join(t.Prefix, p)
			if !info.Mode().IsRegular() || !validName(name) {
				return fmt.Errorf("%s cannot be in a kit", name)
			}
			out = append(out, file{name, t.FS, p, info.Mode()&0o111 != 0})
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", t.Prefix, err)
		}
	}
	slices.SortFunc(out, func(a, b file) int { return cmp.Compare(a.path, b.path) })
	for i := 1; i < len(out); i++ {
		if out[i].path == out[i-1].path {
			return nil, fmt.Errorf("%s twice", out[i].path)
		}
	}
	return out, nil
}
