// Package rehearsal is where an upgrade is tried before it is made: a copy of the instance beside its data, with processes
// of its own, that is thrown away afterwards.
package rehearsal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/kit"
)

// At is the ROOT of the copy.
func At(root instance.Root) instance.Root {
	return instance.Root(filepath.Join(root.Data(), ".rehearsal"))
}

// Stands reports whether a copy is there, in use or left behind by somebody who was killed.
func Stands(root instance.Root) (bool, error) {
	_, err := os.Lstat(string(At(root)))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// beside is what a copy needs besides the rows and the files: the log of a new PostgreSQL, the ballast, its own logs.
const beside = 512 << 20

// Room makes sure that the disk holds a copy of the instance and of its release, together with the one that is tried. An instance whose
// copy would listen at the same socket as itself has no place for one. Faults, both findings: "rehearse.room" with the
// bytes that are needed and those that are free, "rehearse.socket".
func Room(site instance.Site, m kit.Manifest) error {
	c := site.Answers.Config
	if At(site.Root).SocketDir(c) == site.Root.SocketDir(c) {
		return fault.New(fault.Finding, "rehearse.socket", "root", site.Root)
	}
	need := uint64(beside)
	for _, member := range m.Members {
		need += uint64(member.Size) //nolint:gosec // a size is not negative
	}
	for _, dir := range []string{site.Root.Postgres(), site.Root.Files(), site.Root.Local(), site.Root.Release(site.Version)} {
		n, err := occupied(dir)
		if err != nil {
			return fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", site.Root)
		}
		need += n
	}
	free, err := host.FreeSpace(site.Root.Data())
	if err != nil {
		return fault.Wrap(err, fault.Forbidden, "cli.root_unreadable", "root", site.Root)
	}
	if free < need {
		return fault.New(fault.Finding, "rehearse.room", "path", site.Root.Data(), "need", need, "free", free)
	}
	return nil
}

// occupied is how many bytes the files below dir have. What goes while we look has none.
func occupied(dir string) (n uint64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				n += uint64(info.Size()) //nolint:gosec // a size is not negative
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return n, err
}

// Clear ends what runs in the copy of an instance and removes it. Called again it does what is left.
func Clear(ctx context.Context, on engine.Host, site instance.Site) error {
	if err := Halt(ctx, on, site); err != nil {
		return err
	}
	if err := keeper.For(copied(site)).StopServer(ctx, on); err != nil {
		return err
	}
	return on.RemoveAll(string(At(site.Root)))
}

// Halt ends the platform of the copy and what keeps it, which would start PostgreSQL again.
func Halt(ctx context.Context, on engine.Host, site instance.Site) error {
	return keeper.For(copied(site)).StopPlatform(ctx, on)
}

func copied(site instance.Site) instance.Site {
	c := instance.At(At(site.Root), site.Answers, site.Version)
	c.AsRoot = site.AsRoot
	return c
}
