package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Standing is the nearest of path and the folders above it that is there: where path would be made.
func Standing(path string) string {
	for {
		if _, err := os.Lstat(path); err == nil || path == filepath.Dir(path) {
			return path
		}
		path = filepath.Dir(path)
	}
}

// FreeSpace returns the bytes that an ordinary account can still write on the disk that holds path, or that would hold it
// if path is not there yet.
func FreeSpace(path string) (bytes uint64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(Standing(path), &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", path, err)
	}
	return st.Bavail * uint64(st.Bsize), nil
}

// FileSystem is the kernel's number for the kind of file system that holds path, or would; see statfs(2).
func FileSystem(path string) (magic int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(Standing(path), &st); err != nil {
		return 0, fmt.Errorf("file system of %s: %w", path, err)
	}
	return int64(st.Type), nil //nolint:unconvert // int32 on other processors
}

// Writable reports whether this process may make files in folder.
func Writable(folder string) bool { return unix.Access(folder, unix.W_OK|unix.X_OK) == nil }

// Sealed reports whether folder lies on a disk that can only be read.
func Sealed(folder string) bool { return errors.Is(unix.Access(folder, unix.W_OK), unix.EROFS) }

// Reachable reports the first folder on the way to path that an account of these numbers cannot enter, "" when it can
// enter all of them. Folders that are missing do not count: they will be made with a mode that lets it in.
func Reachable(path string, uid int, gids []int) (barrier string, err error) {
	if uid == 0 {
		return "", nil
	}
	for _, dir := range above(path) {
		var st unix.Stat_t
		if err := unix.Stat(dir, &st); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return "", nil
			}
			return "", fmt.Errorf("look at %s: %w", dir, err)
		}
		bit := uint32(0o001)
		for _, g := range gids {
			if st.Gid == uint32(g) {
				bit = 0o010
			}
		}
		if st.Uid == uint32(uid) {
			bit = 0o100
		}
		if st.Mode&bit == 0 {
			return dir, nil
		}
	}
	return "", nil
}

// above lists path and the folders above it, outermost first.
func above(path string) []string {
	out := []string{path}
	for path != filepath.Dir(path) {
		path = filepath.Dir(path)
		out = append([]string{path}, out...)
	}
	return out
}
