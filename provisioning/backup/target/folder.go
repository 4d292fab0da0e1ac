package target

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"egovctl/platform/kernel/fault"
)

// Folder is a target on a file system: a disk of this host or one that is mounted.
type Folder struct {
	dir string
	own func(path string) error // gives what was made to whom it belongs
}

var _ Target = Folder{}

// NewFolder is the target below dir, an absolute path; it is made when the first set is. own gives each new file and folder
// its owner; nil for the caller's own.
func NewFolder(dir string, own func(path string) error) Folder {
	if own == nil {
		own = func(string) error { return nil }
	}
	return Folder{dir: filepath.Clean(dir), own: own}
}

// suffix marks the folder of a draft, beside the point that hides it.
const suffix = ".part"

func (f Folder) draft(set string) string { return filepath.Join(f.dir, "."+set+suffix) }

// Place is the folder of the set.
func (f Folder) Place(set string) string { return filepath.Join(f.dir, set) }

// Put writes a member and syncs it. The names of the folder are synced by Publish.
func (f Folder) Put(ctx context.Context, set, member string, r io.Reader) error {
	if err := named(set, member); err != nil {
		return err
	}
	dir := f.draft(set)
	if err := f.folders(dir); err != nil {
		return f.fault(err, dir)
	}
	path := filepath.Join(dir, member)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return f.fault(err, path)
	}
	from := newSource(ctx, r, 0)
	_, err = io.Copy(file, from)
	if from.err != nil {
		_ = file.Close()
		return from.err // the source's own fault, not the disk's
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return f.fault(err, path)
	}
	return f.fault(f.own(path), path)
}

// folders makes the target's folder and the draft's. What should hold the target must be there: where a disk is not mounted, its
// backups would fill another one.
func (f Folder) folders(dir string) error {
	above := filepath.Dir(f.dir)
	if _, err := os.Stat(above); errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Finding, "backup.target.unmounted", "path", f.dir, "above", above)
	}
	for _, at := range []string{f.dir, dir} {
		if _, err := os.Stat(at); err == nil {
			continue
		}
		if err := os.Mkdir(at, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := errors.Join(f.own(at), syncFolder(filepath.Dir(at))); err != nil {
			return err
		}
	}
	return nil
}

// Publish renames the draft's folder.
func (f Folder) Publish(_ context.Context, set string) error {
	if err := named(set, set); err != nil {
		return err
	}
	if _, err := os.Stat(f.Place(set)); err == nil {
		return nil
	}
	err := syncFolder(f.draft(set))
	if err == nil {
		err = os.Rename(f.draft(set), f.Place(set))
	}
	if err == nil {
		err = syncFolder(f.dir)
	}
	return f.fault(err, f.Place(set))
}

// Get opens the file of a member.
func (f Folder) Get(_ context.Context, set, member string) (io.ReadCloser, error) {
	if err := named(set, member); err != nil {
		return nil, err
	}
	path := filepath.Join(f.Place(set), member)
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0) // a pipe would be waited for
	if err != nil {
		return nil, f.fault(err, path)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrPermission
	}
	if err != nil {
		return nil, f.fault(errors.Join(err, file.Close()), path)
	}
	return file, nil
}

// Members lists the files of the set.
func (f Folder) Members(_ context.Context, set string) (map[string]int64, error) {
	if err := named(set, set); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(f.Place(set))
	if err != nil {
		return nil, f.fault(err, f.Place(set))
	}
	all := make(map[string]int64, len(entries))
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return nil, f.fault(err, f.Place(set))
		}
		all[e.Name()] = info.Size()
	}
	return all, nil
}

// List reads the folder; one that is not there yet holds nothing. What bears another kind of name is somebody else's.
func (f Folder) List(context.Context) (sets, drafts []string, err error) {
	entries, err := os.ReadDir(f.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, f.fault(err, f.dir)
	}
	for _, e := range entries {
		if e.IsDir() {
			sets, drafts = sortOut(sets, drafts, e.Name())
		}
	}
	return sets, drafts, nil
}

// sortOut puts the name of a folder among sets or drafts; what bears another kind of name is somebody else's.
func sortOut(sets, drafts []string, name string) (s, d []string) {
	hidden, isDraft := strings.CutSuffix(strings.TrimPrefix(name, "."), suffix)
	switch {
	case isDraft && strings.HasPrefix(name, ".") && setName.MatchString(hidden):
		return sets, append(drafts, hidden)
	case setName.MatchString(name):
		return append(sets, name), drafts
	}
	return sets, drafts
}

// HeldUntil is the zero time: a disk holds nothing against its owner.
func (Folder) HeldUntil(context.Context, string) (time.Time, error) { return time.Time{}, nil }

// Delete hides the set first, so that half a set stands nowhere.
func (f Folder) Delete(_ context.Context, set string) error {
	if err := named(set, set); err != nil {
		return err
	}
	if err := os.RemoveAll(f.draft(set)); err != nil {
		return f.fault(err, f.draft(set))
	}
	err := os.Rename(f.Place(set), f.draft(set))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(syncFolder(f.dir), os.RemoveAll(f.draft(set)), syncFolder(f.dir))
	}
	return f.fault(err, f.Place(set))
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil // a file system that has no fsync for folders
	}
	return errors.Join(err, d.Close())
}

func named(set, member string) error {
	if !setName.MatchString(set) || !memberName.MatchString(member) {
		return fault.New(fault.Invalid, "backup.target.name", "name", set)
	}
	return nil
}

// fault says what a disk's refusal means for a backup; nil stays nil.
func (f Folder) fault(err error, path string) error {
	var told *fault.Error
	switch {
	case errors.As(err, &told):
		return told
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fault.Wrap(err, fault.NotFound, "backup.absent", "path", path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.Finding, "backup.target.full", "path", f.dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS), errors.Is(err, syscall.ENOTDIR):
		return fault.Wrap(err, fault.Finding, "backup.target.denied", "path", f.dir)
	}
	return fault.Wrap(err, fault.Unavailable, "backup.target.unreachable", "path", f.dir)
}
