package enginetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"egovctl/provisioning/engine"
)

// Picture describes every file at and below the trees by mode, owner and content (a short SHA-256), links by where they
// point. What skip says is left out, and of what varies says only mode and owner are kept (of a folder: nothing below
// it). Absent trees are no error.
//
// root is written as ROOT everywhere, also inside files, so that pictures of two temporary folders can be compared.
func Picture(h engine.Reader, root string, trees []string, skip, varies func(path string) bool) (map[string]string, error) {
	out := map[string]string{}
	for _, t := range trees {
		if err := describe(h, root, t, skip, varies, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func describe(h engine.Reader, root, path string, skip, varies func(string) bool, out map[string]string) error {
	if skip != nil && skip(path) {
		return nil
	}
	fi, err := h.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	uid, gid, err := h.Owner(path)
	if err != nil {
		return err
	}
	line := fmt.Sprintf("%v %d:%d", fi.Mode(), uid, gid)
	if varies != nil && varies(path) {
		out[placeless(path, root)] = line
		return nil
	}
	switch {
	case fi.IsDir():
		entries, err := h.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if err := describe(h, root, filepath.Join(path, e.Name()), skip, varies, out); err != nil {
				return err
			}
		}
	case fi.Mode()&fs.ModeSymlink != 0:
		to, err := h.Readlink(path)
		if err != nil {
			return err
		}
		line += " -> " + placeless(to, root)
	case fi.Mode().IsRegular():
		b, err := h.ReadFile(path)
		if err != nil {
			return err
		}
		b = []byte(placeless(string(b), root))
		line += fmt.Sprintf(" %d %.6x", len(b), sha256.Sum256(b))
	}
	out[placeless(path, root)] = line
	return nil
}

func placeless(s, root string) string { return strings.ReplaceAll(s, root, "ROOT") }
