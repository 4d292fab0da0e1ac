// Package mergebase keeps, for every file that the province has in front of a shipped one, the shipped file that it was made
// from. Releases come and go below ROOT; without that third content nobody could merge the province's file with the next one.
package mergebase

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"

	"egovctl/platform/override"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step keeps what the province's files were made from, before another release runs.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step. What it keeps is nobody's harm, and the next move wants it again.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "mergebase", Title: "step.mergebase", Touches: []string{"local"}, Why: "step.mergebase.kept"}
}

// from is the member of a change's detail that holds the file to be kept.
const from = "from"

// Plan lists the contents that are not kept yet, each by its hash, and then the province's files that do not say what they were
// made from: that is what the release ships that runs.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	own, err := files(look, s.site.Root.LocalTemplates(), "")
	if err != nil || len(own) == 0 {
		return nil, err
	}
	runs, err := look.Readlink(s.site.Root.Current())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("look which release runs: %w", err)
	}
	var keep, mark []engine.Change
	for _, name := range own {
		if path.Ext(name) == override.From {
			continue
		}
		hash, marked, err := s.made(look, name, filepath.Base(runs))
		if err != nil {
			return nil, err
		}
		if !marked {
			mark = append(mark, engine.Change{ID: name, Action: "create", Target: filepath.Join(s.site.Root.LocalTemplates(), name+override.From), Detail: map[string]string{from: hash}})
		}
		c, needed, err := s.keep(look, name, hash)
		if err != nil {
			return nil, err
		}
		if needed && !slices.ContainsFunc(keep, func(k engine.Change) bool { return k.ID == c.ID }) {
			keep = append(keep, c)
		}
	}
	return append(keep, mark...), nil
}

// made is the hash of what the province's file was made from, and whether the file beside it says so.
func (s *Step) made(look engine.Reader, name, runs string) (hash string, marked bool, err error) {
	at := filepath.Join(s.site.Root.LocalTemplates(), name+override.From)
	raw, err := look.ReadFile(at)
	if err == nil {
		return override.MarkOf(raw), true, nil
	}
	if _, there := look.Stat(at); there == nil {
		return override.Nothing, true, nil // something else stands in its way: health tells it
	}
	raw, err = look.ReadFile(s.shipped(runs, name))
	if errors.Is(err, fs.ErrNotExist) {
		return override.Nothing, false, nil
	}
	return override.Hash(raw), false, err
}

func (s *Step) shipped(version, name string) string {
	return filepath.Join(s.site.Root.Release(version), "templates", name)
}

// keep is the change that keeps a content; it is not needed when that is kept, is nothing, or is on this host no more.
func (s *Step) keep(look engine.Reader, name, hash string) (engine.Change, bool, error) {
	target := filepath.Join(s.site.Root.LocalShipped(), hash)
	if hash == override.Nothing || !override.IsHash(hash) {
		return engine.Change{}, false, nil
	}
	if raw, err := look.ReadFile(target); err == nil && override.Hash(raw) == hash {
		return engine.Change{}, false, nil
	}
	releases, err := look.ReadDir(s.site.Root.Releases())
	if err != nil {
		return engine.Change{}, false, fmt.Errorf("list releases: %w", err)
	}
	for _, r := range releases {
		source := s.shipped(r.Name(), name)
		if raw, err := look.ReadFile(source); err == nil && override.Hash(raw) == hash {
			return engine.Change{ID: hash, Action: "create", Target: target, Detail: map[string]string{from: source}}, true, nil
		}
	}
	return engine.Change{}, false, nil
}

// Apply does one of them.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if filepath.Dir(c.Target) != s.site.Root.LocalShipped() {
		return on.WriteFile(c.Target, []byte(c.Detail[from]+"\n"), 0o644)
	}
	if err := on.MkdirAll(s.site.Root.LocalShipped(), 0o755); err != nil {
		return err
	}
	return on.CopyFile(c.Detail[from], c.Target, 0o644)
}

// Undo leaves what is kept: it says what is true of the province's files under every release.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }

// files lists the regular files below folder, by their path from root; a folder that is not there has none.
func files(look engine.Reader, root, folder string) ([]string, error) {
	entries, err := look.ReadDir(filepath.Join(root, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the province's files: %w", err)
	}
	var out []string
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch {
		case e.IsDir():
			below, err := files(look, root, name)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
		case e.Type().IsRegular():
			out = append(out, name)
		}
	}
	return out, nil
}
