// Package release fills releases/<version>/ from the binary that is running, and points current at it. What stands
// there is read-only and checked by hash.
package release

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
)

// Step fills the release and switches current.
type Step struct {
	site    instance.Site
	source  string                     // the binary to take
	measure func() (kit.Member, error) // of the source, which does not change while it runs: hashed once
}

// New makes the step; source is the running binary.
func New(site instance.Site, source string) *Step {
	return &Step{site, source, sync.OnceValues(func() (kit.Member, error) { return kit.Measure(source, kit.Binary) })}
}

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "release", Title: "step.release", Touches: []string{"releases", "current"}, Reversible: true}
}

// aside is where the release is built.
func (s *Step) aside() string {
	return filepath.Join(s.site.Root.Releases(), "."+s.site.Version+".new")
}

func (s *Step) folder() string { return s.site.Root.Release(s.site.Version) }

// Plan asks for the release when it is not there, and for the switch when current points elsewhere. A release of the
// same version with other bytes is refused, never overwritten; so is a jump to another version, which is an upgrade.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	var changes []engine.Change
	raw, err := look.ReadFile(filepath.Join(s.folder(), kit.ManifestFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		changes = append(changes, engine.Change{ID: "release", Action: "create", Target: s.folder()})
	case err != nil:
		return nil, fmt.Errorf("look at release: %w", err)
	default:
		if err := s.check(raw); err != nil {
			return nil, err
		}
	}
	want := filepath.Join("releases", s.site.Version)
	have, err := look.Readlink(s.site.Root.Current())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		changes = append(changes, engine.Change{ID: "current", Action: "create", Target: s.site.Root.Current()})
	case err != nil:
		return nil, fmt.Errorf("look at current: %w", err)
	case have != want:
		return nil, fault.New(fault.Refused, "release.other", "runs", filepath.Base(have), "carries", s.site.Version)
	}
	return changes, nil
}

// check holds the stored release against its manifest, and the manifest against the running binary.
func (s *Step) check(raw []byte) error {
	m, err := kit.Parse(raw, s.folder())
	if err != nil {
		return err
	}
	own, err := s.measure()
	if err != nil {
		return err
	}
	if m.Members[0] != own {
		return fault.New(fault.Refused, "release.differs", "version", s.site.Version)
	}
	if same(filepath.Join(s.folder(), kit.Binary), s.source) {
		return nil
	}
	_, err = kit.Verify(s.folder())
	return err
}

func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// Apply builds the release aside and renames it into place, or makes the symlink.
func (s *Step) Apply(_ context.Context, on engine.Host, c engine.Change, _ engine.Progress) error {
	if c.ID == "current" {
		return on.Symlink(filepath.Join("releases", s.site.Version), s.site.Root.Current())
	}
	aside := s.aside()
	if err := on.RemoveAll(aside); err != nil {
		return err
	}
	if err := on.MkdirAll(filepath.Join(aside, "bin"), 0o755); err != nil {
		return err
	}
	if err := on.CopyFile(s.source, filepath.Join(aside, kit.Binary), 0o555); err != nil {
		return err
	}
	m, err := s.measure() // not of the copy: the next plan holds the copy against it
	if err != nil {
		return err
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetIndent("", "  ")
	if err := enc.Encode(kit.Manifest{Product: kit.Product, Version: s.site.Version, Members: []kit.Member{m}}); err != nil {
		return fmt.Errorf("encode manifest: %w", err)
	}
	if err := on.WriteFile(filepath.Join(aside, kit.ManifestFile), text.Bytes(), 0o444); err != nil {
		return err
	}
	return on.Rename(aside, s.folder())
}

// Undo removes the release, and what a cut left of its building, or the symlink.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if c.ID == "current" {
		return on.Remove(s.site.Root.Current())
	}
	if err := on.RemoveAll(s.aside()); err != nil {
		return err
	}
	return on.RemoveAll(c.Target)
}
