// Package layout makes the folders of an instance with their owner and mode.
package layout

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Step makes the folders.
type Step struct{ site instance.Site }

// New makes the step.
func New(site instance.Site) *Step { return &Step{site} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "layout", Title: "step.layout", Touches: []string{"folders"}, Reversible: true}
}

type folder struct {
	path  string
	mode  fs.FileMode
	whole bool // what lies in it goes with it: an earlier installation may have kept it, handed over to root
}

// folders lists parents before children. Only the account may look into data, secrets and backups.
func (s *Step) folders() []folder {
	r := s.site.Root
	all := []folder{
		{string(r), 0o755, false}, {r.Journal(), 0o750, true}, {r.Releases(), 0o755, false}, {r.Local(), 0o755, true},
		{r.Etc(), 0o750, false}, {r.Secrets(), 0o700, true}, {r.Data(), 0o700, false}, {r.Files(), 0o700, true},
		{r.Backups(), 0o700, true}, {r.Log(), 0o750, true}, {r.Run(), 0o755, false},
	}
	if dir := r.SocketDir(s.site.Answers.Config); dir != r.Run() {
		all = append(all, folder{dir, 0o700, false})
	}
	return all
}

// Plan lists the folders that are missing or have another owner or mode.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	var changes []engine.Change
	for _, f := range s.folders() {
		info, err := look.Stat(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			changes = append(changes, engine.Change{ID: f.path, Action: "create", Target: f.path})
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", f.path, err)
		}
		if !info.IsDir() {
			return nil, fault.New(fault.Finding, "layout.not_folder", "path", f.path)
		}
		owned, err := s.site.Owned(look, f.path)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if !owned || info.Mode().Perm() != f.mode {
			before, err := standing(look, f.path, info)
			if err != nil {
				return nil, err
			}
			changes = append(changes, engine.Change{ID: f.path, Action: "update", Target: f.path, Detail: before})
		}
	}
	return changes, nil
}

// standing is what Undo needs to know of a folder that was there before us.
func standing(look engine.Reader, path string, info fs.FileInfo) (map[string]string, error) {
	uid, gid, err := look.Owner(path)
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	return map[string]string{uidBefore: strconv.Itoa(uid), gidBefore: strconv.Itoa(gid), modeBefore: fmt.Sprintf("%o", info.Mode().Perm())}, nil
}

// Details of a change.
const (
	uidBefore  = "uid"
	gidBefore  = "gid"
	modeBefore = "mode"
)

// restore gives a folder, which stays, back its owner and mode; one that is gone needs none.
func restore(on engine.Host, c engine.Change) error {
	uid, err1 := strconv.Atoi(c.Detail[uidBefore])
	gid, err2 := strconv.Atoi(c.Detail[gidBefore])
	mode, err3 := strconv.ParseUint(c.Detail[modeBefore], 8, 32)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("what %s was before: %w", c.Target, err)
	}
	err := on.Chown(c.Target, uid, gid)
	if err == nil {
		err = on.Chmod(c.Target, fs.FileMode(mode))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return engine.Keep("")
}

// Apply makes one folder, or gives it its owner and mode.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	for _, f := range s.folders() {
		if f.path != c.Target {
			continue
		}
		if err := on.MkdirAll(f.path, f.mode); err != nil {
			return err
		}
		own := s.site.Own
		if f.whole {
			own = s.site.OwnTree
		}
		if err := own(on, f.path); err != nil {
			return err
		}
		info, err := on.Stat(f.path)
		if err != nil || info.Mode().Perm() == f.mode {
			return err
		}
		return on.Chmod(f.path, f.mode)
	}
	return fmt.Errorf("no such folder in the layout: %s", c.Target)
}

// Undo removes a folder that we made, if nothing is left in it, and gives one that was there its owner and mode back. The
// root and the journal go last, by the engine.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	r := s.site.Root
	if c.Action == "update" && len(c.Detail) > 0 {
		return restore(on, c)
	}
	if c.Action != "create" {
		return nil
	}
	left, err := on.ReadDir(c.Target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case len(left) > 0 || c.Target == string(r) || c.Target == r.Journal():
		return engine.Keep("") // what lies in it says why
	}
	return on.Remove(c.Target)
}
