package backup

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// extraction lays entries of a set's trees below a folder, which no name and no link in them can leave.
type extraction struct {
	root *os.Root
	own  *engine.Account // nil for the caller
	want func(path string) bool
}

// extract lays the files of a member below root, those that are wanted, for the account that runs the instance. What was
// laid is not yet durable. Faults: those of read, and of the disk.
func (s *Set) extract(ctx context.Context, member string, root instance.Root, own *engine.Account, want func(path string) bool) error {
	r, err := os.OpenRoot(string(root))
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only a descriptor
	e := extraction{root: r, own: own, want: want}
	return s.read(ctx, member, func(in io.Reader) error {
		return s.entries(in, member, e.lay)
	})
}

func (e extraction) lay(h *tar.Header, content io.Reader) error {
	name := trimSlash(h.Name)
	if !e.want(name) {
		return nil
	}
	mode := fs.FileMode(h.Mode) & fs.ModePerm //nolint:gosec // nine bits
	err := e.above(path.Dir(name))
	switch {
	case err != nil:
	case h.Typeflag == tar.TypeDir:
		if err = e.root.Mkdir(name, mode); errors.Is(err, fs.ErrExist) {
			err = nil
		}
		err = errors.Join(err, e.root.Chmod(name, mode))
	case h.Typeflag == tar.TypeSymlink:
		err = e.root.Symlink(h.Linkname, name)
	default:
		err = e.file(name, mode, content)
	}
	if err == nil && e.own != nil {
		err = e.root.Lchown(name, e.own.UID, e.own.GID)
	}
	if err != nil {
		return laying(err, name)
	}
	return nil
}

// above makes the folders on the way that the set does not hold themselves.
func (e extraction) above(dir string) error {
	if dir == "." {
		return nil
	}
	if _, err := e.root.Lstat(dir); err == nil {
		return nil
	}
	if err := e.above(path.Dir(dir)); err != nil {
		return err
	}
	err := e.root.Mkdir(dir, 0o700)
	if err == nil && e.own != nil {
		err = e.root.Lchown(dir, e.own.UID, e.own.GID)
	}
	return err
}

func (e extraction) file(name string, mode fs.FileMode, content io.Reader) error {
	f, err := e.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Chmod(mode), f.Close())
}

// laying is the fault of a disk on which a set is unpacked: not the set's damage.
func laying(err error, path string) error {
	var far *fault.Error
	if errors.As(err, &far) {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, "backup.unpack", "path", path)
}
