// Package release fills releases/<version>/ from a kit, or from what the running binary carries. What stands there is
// read-only and checked by hash.
package release

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
)

// Source is where a release comes from: a kit that was verified, or the running binary.
type Source interface {
	// Manifest is what will stand in the release's folder.
	Manifest() (kit.Manifest, error)
	// Lay writes the release and its manifest below folder, which is there and empty; durable when it returns.
	Lay(ctx context.Context, on engine.Host, folder string, say engine.Progress) error
}

// Step fills the release of the site's version.
type Step struct {
	site   instance.Site
	source Source
}

// New makes the step.
func New(site instance.Site, source Source) *Step { return &Step{site, source} }

// Info describes the step.
func (s *Step) Info() engine.Info {
	return engine.Info{Name: "release", Title: "step.release", Touches: []string{"releases"}, Reversible: true}
}

// aside is where the release is built.
func (s *Step) aside() string {
	return filepath.Join(s.site.Root.Releases(), "."+s.site.Version+".new")
}

func (s *Step) folder() string { return s.site.Root.Release(s.site.Version) }

// Plan asks for the release when it is not there. Faults: refused "release.differs" for one of the same version with another
// program, finding "release.damaged" for one that is not as its manifest says: neither is ever overwritten.
func (s *Step) Plan(_ context.Context, look engine.Reader) ([]engine.Change, error) {
	raw, err := look.ReadFile(filepath.Join(s.folder(), kit.ManifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return []engine.Change{{ID: "release", Action: "create", Target: s.folder()}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look at release: %w", err)
	}
	return nil, s.check(raw)
}

// check holds the stored release against its manifest, and its program against the one that is to be laid down.
func (s *Step) check(raw []byte) error {
	have, err := kit.Parse(raw, s.folder())
	if err != nil {
		return err
	}
	want, err := s.source.Manifest()
	if err != nil {
		return err
	}
	if program(have) != program(want) {
		return fault.New(fault.Refused, "release.differs", "version", s.site.Version)
	}
	if runsFrom(filepath.Join(s.folder(), kit.Binary)) {
		return nil // whoever changed it has changed us
	}
	_, err = kit.Verify(s.folder())
	return err
}

// program is the member that runs.
func program(m kit.Manifest) kit.Member {
	if i := slices.IndexFunc(m.Members, func(x kit.Member) bool { return x.Path == kit.Binary }); i >= 0 {
		return m.Members[i]
	}
	return kit.Member{}
}

// runsFrom reports whether this very process was started from the file.
func runsFrom(file string) bool {
	self, errSelf := os.Stat("/proc/self/exe")
	there, err := os.Stat(file)
	return errSelf == nil && err == nil && os.SameFile(self, there)
}

// Apply builds the release aside and renames it into place.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	aside := s.aside()
	if err := on.RemoveAll(aside); err != nil {
		return err
	}
	if err := on.MkdirAll(aside, 0o755); err != nil {
		return err
	}
	if err := s.source.Lay(ctx, on, aside, say); err != nil {
		return err
	}
	return on.Rename(aside, s.folder())
}

// Undo removes the release, and what a cut left of its building. The release leaves its place in one act: half of one there would
// be a damaged one, which no installation takes up.
func (s *Step) Undo(_ context.Context, on engine.Host, c engine.Change) error {
	if err := on.RemoveAll(s.aside()); err != nil {
		return err
	}
	if err := on.Rename(c.Target, s.aside()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return on.RemoveAll(s.aside())
}
