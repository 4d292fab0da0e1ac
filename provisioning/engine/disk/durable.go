package disk

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
)

// Beside is the name under which the next content of path is prepared. It is always the same one, so that a cut leaves
// at most one such file, and the next write or removal of path takes it away.
func Beside(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".egov-new")
}

// MkdirAll makes path and what is missing above it, durably, and returns the folders that it made, outermost first.
// A folder that is there stays as it is; something else under its name is an error.
func MkdirAll(d FS, path string, mode fs.FileMode) (made []string, err error) {
	fi, err := d.Lstat(path)
	if err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		// A link to a folder counts as one: /opt may well be a link.
		_, err = d.ReadDir(path)
		return nil, err
	}
	if err == nil {
		if !fi.IsDir() {
			return nil, &fs.PathError{Op: "mkdir", Path: path, Err: errors.New("something else has this name")}
		}
		return nil, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	up := filepath.Dir(path)
	if up != path {
		if made, err = MkdirAll(d, up, mode); err != nil {
			return made, err
		}
	}
	if err := d.Mkdir(path, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return made, err
	}
	return append(made, path), d.Sync(up)
}

// WriteFile replaces path by data in one step: after a cut there is the old content or the new one, whole. A file that
// is replaced hands its owner on.
func WriteFile(d FS, path string, data []byte, mode fs.FileMode) error {
	return Replace(d, path, bytes.NewReader(data), mode)
}

// CopyFile is WriteFile with the content of another file, streamed.
func CopyFile(d FS, from, to string, mode fs.FileMode) error {
	src, err := d.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	return Replace(d, to, src, mode)
}

// Draft writes a new file and the folders above it that are missing, without a sync: a power cut may leave any part of it until
// the disk is flushed.
func Draft(d FS, path string, src io.Reader, mode fs.FileMode) error {
	if err := draftFolder(d, filepath.Dir(path)); err != nil {
		return err
	}
	f, err := d.Create(path, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, src)
	return errors.Join(err, f.Close())
}

func draftFolder(d FS, path string) error {
	if _, err := d.Lstat(path); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := draftFolder(d, filepath.Dir(path)); err != nil {
		return err
	}
	return d.Mkdir(path, 0o755)
}

// Replace writes src beside path, syncs it, renames it over path and syncs the folder, in this order.
func Replace(d FS, path string, src io.Reader, mode fs.FileMode) error {
	tmp := Beside(path)
	if err := d.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := d.Create(tmp, mode)
	if err != nil {
		return err
	}
	err = fill(d, f, path, src)
	if err = errors.Join(err, f.Close()); err == nil {
		err = d.Rename(tmp, path)
	}
	if err != nil {
		return errors.Join(err, ignoreAbsent(d.Remove(tmp)))
	}
	return d.Sync(filepath.Dir(path))
}

func fill(d FS, f File, path string, src io.Reader) error {
	if fi, err := d.Lstat(path); err == nil && fi.Mode().IsRegular() {
		if err := keepOwner(d, f, path); err != nil {
			return err
		}
	}
	if _, err := io.Copy(f, src); err != nil {
		return err
	}
	return f.Sync()
}

// keepOwner gives f the owner of path if f has another. Without root rights that is only possible when they are equal.
func keepOwner(d FS, f File, path string) error {
	uid, gid, err := d.Owner(path)
	if err != nil {
		return err
	}
	if u, g, err := d.Owner(Beside(path)); err == nil && (u != uid || g != gid) {
		return f.Chown(uid, gid)
	}
	return nil
}

// Symlink makes path a link to target in one step, whatever file or link had the name before.
func Symlink(d FS, target, path string) error {
	tmp := Beside(path)
	if err := ignoreAbsent(d.Remove(tmp)); err != nil {
		return err
	}
	if err := d.Symlink(target, tmp); err != nil {
		return err
	}
	if err := d.Rename(tmp, path); err != nil {
		return errors.Join(err, ignoreAbsent(d.Remove(tmp)))
	}
	return d.Sync(filepath.Dir(path))
}

// Rename moves from to to and syncs both folders, the receiving one first.
func Rename(d FS, from, to string) error {
	if err := d.Rename(from, to); err != nil {
		return err
	}
	if err := d.Sync(filepath.Dir(to)); err != nil || filepath.Dir(from) == filepath.Dir(to) {
		return err
	}
	return d.Sync(filepath.Dir(from))
}

// Remove takes away a file, a link or an empty folder, and what a cut left beside it. Absent is fine, and so is a folder
// above it that is absent.
func Remove(d FS, path string) error {
	return remove(d, path, d.Remove)
}

// RemoveAll takes away a whole tree, and what a cut left beside it. Absent is fine.
func RemoveAll(d FS, path string) error {
	return remove(d, path, d.RemoveAll)
}

func remove(d FS, path string, by func(string) error) error {
	gone := 0
	for _, p := range []string{path, Beside(path)} {
		if _, err := d.Lstat(p); errors.Is(err, fs.ErrNotExist) {
			gone++
			continue
		}
		if err := ignoreAbsent(by(p)); err != nil {
			return err
		}
	}
	if gone == 2 {
		// It may have been removed by a run that was cut before its sync.
		return ignoreAbsent(d.Sync(filepath.Dir(path)))
	}
	return d.Sync(filepath.Dir(path))
}

// Chmod sets a mode durably.
func Chmod(d FS, path string, mode fs.FileMode) error {
	if err := d.Chmod(path, mode); err != nil {
		return err
	}
	return d.Sync(path)
}

// Chown sets an owner durably; of a link it is the link's own.
func Chown(d FS, path string, uid, gid int) error {
	if err := d.Chown(path, uid, gid); err != nil {
		return err
	}
	if fi, err := d.Lstat(path); err != nil || (!fi.Mode().IsRegular() && !fi.IsDir()) { // a link or a socket cannot be opened to sync
		return errors.Join(err, d.Sync(filepath.Dir(path)))
	}
	return d.Sync(path)
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
