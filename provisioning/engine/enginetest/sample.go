package enginetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"egovctl/provisioning/engine"
)

// Release is a small step of the usual kind, for tests of the engine itself and as an example: it fills
// ROOT/releases/<Version> with files and points ROOT/current at it, the switch by which a release changes.
type Release struct {
	Root    string
	Version string
	Files   map[string]string // name to content, names without a folder
}

// Info describes it.
func (s Release) Info() engine.Info {
	return engine.Info{Name: "release", Title: "enginetest.release", Touches: []string{"releases", "current"}, Reversible: true}
}

func (s Release) dir() string  { return filepath.Join(s.Root, "releases", s.Version) }
func (s Release) link() string { return filepath.Join(s.Root, "current") }

// Plan lists the folder, the files that differ, and the link.
func (s Release) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	var out []engine.Change
	if fi, err := look.Stat(s.dir()); errors.Is(err, fs.ErrNotExist) {
		detail := map[string]string{}
		if _, err := look.Stat(filepath.Dir(s.dir())); errors.Is(err, fs.ErrNotExist) {
			detail["parent"] = "made"
		}
		out = append(out, engine.Change{ID: "folder", Action: "create", Target: s.dir(), Detail: detail})
	} else if err != nil {
		return nil, err
	} else if !fi.IsDir() {
		return nil, fmt.Errorf("%s is no folder", s.dir())
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		path := filepath.Join(s.dir(), name)
		b, err := look.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil || string(b) != s.Files[name] {
			out = append(out, engine.Change{ID: "file-" + name, Action: "create", Target: path})
		}
	}
	to, err := look.Readlink(s.link())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if want := filepath.Join("releases", s.Version); to != want {
		out = append(out, engine.Change{ID: "switch", Action: "update", Target: s.link(), Detail: map[string]string{"before": to}})
	}
	return out, nil
}

// Apply does one of them.
func (s Release) Apply(_ context.Context, on engine.Host, c engine.Change, say engine.Progress) error {
	name, file := strings.CutPrefix(c.ID, "file-")
	switch {
	case c.ID == "folder":
		return on.MkdirAll(s.dir(), 0o755)
	case c.ID == "switch":
		return on.Symlink(filepath.Join("releases", s.Version), s.link())
	case file:
		say(0, int64(len(s.Files[name])), "bytes")
		return on.WriteFile(c.Target, []byte(s.Files[name]), 0o644)
	}
	return fmt.Errorf("no change %q", c.ID)
}

// Undo reverses one of them.
func (s Release) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	switch {
	case c.ID == "switch" && c.Detail["before"] != "":
		return on.Symlink(c.Detail["before"], s.link())
	case c.ID == "folder":
		if err := on.Remove(s.dir()); err != nil || c.Detail["parent"] == "" {
			return err
		}
		return on.Remove(filepath.Dir(s.dir()))
	}
	return on.Remove(c.Target)
}
