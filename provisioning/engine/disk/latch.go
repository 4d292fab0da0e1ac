package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Lock takes flock(2) on path. flock belongs to the open file, so it also excludes another runner of this very process,
// and the kernel lets go of it on kill -9. The descriptor is not inherited: a database that we start does not hold it.
func (OS) Lock(path string, mode fs.FileMode) (Latch, error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, mode.Perm())
		if err != nil {
			return nil, err
		}
		err = flock(f)
		if err != nil {
			_ = f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				return nil, ErrLocked
			}
			return nil, &fs.PathError{Op: "flock", Path: path, Err: err}
		}
		l := &latch{f: f, path: path}
		if l.Held() {
			return l, nil
		}
		_ = f.Close() // the file was removed between open and flock: what we hold excludes nobody
	}
}

func flock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

type latch struct {
	f    *os.File
	path string
}

func (l *latch) Note(b []byte) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt(b, 0)
	return err
}

func (l *latch) Held() bool {
	ours, err := l.f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(l.path)
	return err == nil && os.SameFile(ours, there)
}

func (l *latch) Release() error {
	return errors.Join(l.f.Truncate(0), l.f.Close())
}
