package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// bootstrap makes ROOT and ROOT/journal, durably, before there is a journal to write it in. It returns what it made.
func bootstrap(d disk.FS, root string) ([]string, error) {
	if !filepath.IsAbs(root) || filepath.Clean(root) != root || root == "/" {
		return nil, fault.New(fault.Invalid, "engine.root.path", "root", root)
	}
	made, err := disk.MkdirAll(d, root, 0o755)
	if err != nil {
		return made, diskFault(err, root)
	}
	more, err := disk.MkdirAll(d, FolderOf(root), 0o750)
	made = append(made, more...)
	if err != nil {
		return made, diskFault(err, FolderOf(root))
	}
	return made, nil
}

// withdraw takes back what bootstrap made when the run then had nothing to do or could not begin: bad input leaves
// nothing behind. The lock is still held, and a folder in which something else has appeared stays.
func withdraw(d disk.FS, root string, made []string) error {
	if len(made) == 0 {
		return nil
	}
	if err := disk.Remove(d, filepath.Join(FolderOf(root), "lock")); err != nil {
		return err
	}
	for i := len(made) - 1; i >= 0; i-- {
		if err := disk.Remove(d, made[i]); err != nil {
			if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist) {
				return nil
			}
			return err
		}
	}
	return nil
}

// handOver gives the files of the journal the owner of its folder. On a first installation root writes the journal before
// there is an account that it could belong to; a step then gives the folder to the account, and it must be able to lock
// and read what lies in it. Only plain files with a single name are touched, and only what we are allowed to give away.
func handOver(d disk.FS, root string) error {
	dir := FolderOf(root)
	uid, gid, err := d.Owner(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	entries, err := d.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.Name() != "lock" && !journalFile.MatchString(e.Name()) {
			continue
		}
		u, g, err := d.Owner(path)
		if err != nil || (u == uid && g == gid) || !plain(d, path) {
			continue
		}
		if err := d.Chown(path, uid, gid); err != nil && !errors.Is(err, fs.ErrPermission) {
			return err
		}
	}
	return nil
}

func plain(d disk.FS, path string) bool {
	fi, err := d.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	return !ok || st.Nlink == 1
}

// Erase removes what is named, then the journal of root and, if nothing else is in it, root itself: the last act of an
// uninstallation that keeps nothing. It returns fault.Busy while an operation runs. On the way back to an empty host
// nothing can be resumed any more, so undo first.
func Erase(o Options, paths ...string) error {
	o = o.withDefaults()
	if _, err := o.Disk.Lstat(FolderOf(o.Root)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	l, err := acquire(o.Disk, o.Root, "erase", o.Clock)
	if err != nil {
		return err
	}
	for _, path := range append(paths, FolderOf(o.Root)) {
		if err := disk.RemoveAll(o.Disk, path); err != nil {
			return errors.Join(diskFault(err, path), l.Release())
		}
	}
	err = disk.Remove(o.Disk, o.Root)
	if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist) {
		err = nil
	}
	if err != nil {
		err = diskFault(err, o.Root)
	}
	return errors.Join(err, l.Release())
}

// told turns a bare error of the disk, as a host returns it, into a fault with a sentence and a cure. Others pass.
func told(err error) error {
	var own *fault.Error
	var path *fs.PathError
	var link *os.LinkError
	var sync *disk.SyncError
	switch {
	case errors.As(err, &own):
		return err
	case errors.As(err, &sync):
		return diskFault(err, sync.Path)
	case errors.As(err, &path):
		return diskFault(err, path.Path)
	case errors.As(err, &link):
		return diskFault(err, link.New)
	}
	return err
}

// diskFault tells a person what a disk's refusal means.
func diskFault(err error, path string) error {
	var sync *disk.SyncError
	switch {
	case errors.As(err, &sync) && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Unavailable, "engine.disk.sync", "path", sync.Path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Finding, "engine.disk.full", "path", path)
	case errors.Is(err, syscall.EROFS):
		return fault.Wrap(err, fault.Finding, "engine.disk.readonly", "path", path)
	case errors.Is(err, fs.ErrPermission):
		return fault.Wrap(err, fault.Finding, "engine.disk.denied", "path", path)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP), errors.Is(err, syscall.ENAMETOOLONG):
		return fault.Wrap(err, fault.Invalid, "engine.root.path", "root", path)
	}
	return fault.Wrap(err, fault.Unavailable, "engine.disk", "path", path)
}
