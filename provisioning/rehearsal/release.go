package rehearsal

import (
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// OwnRelease gives the copy at root a release of its own in place of the link to the original's: a supervisor belongs to the
// ROOT that its program lies in.
func OwnRelease(on engine.Host, root instance.Root, version string) error {
	name := root.Release(version)
	from, err := filepath.EvalSymlinks(name)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "release.damaged", "path", name)
	}
	if err := on.Remove(name); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fault.Wrap(err, fault.Finding, "release.damaged", "path", from)
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "internal")
		}
		return double(on, path, filepath.Join(name, rel), d)
	})
}

// double copies one. Of what is thrown away again nothing need be durable.
func double(on engine.Host, path, to string, d fs.DirEntry) error {
	if d.IsDir() {
		return on.MkdirAll(to, 0o755)
	}
	info, err := d.Info()
	if err != nil {
		return fault.Wrap(err, fault.Finding, "release.damaged", "path", path)
	}
	src, err := os.Open(path)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "release.damaged", "path", path)
	}
	defer func() { _ = src.Close() }() // only read
	return on.Draft(to, src, info.Mode().Perm())
}
