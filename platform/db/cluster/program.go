package cluster

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
)

// ComponentsFile names, in a relocatable copy, every package in it with its version. Two copies with the same list are the
// same.
const ComponentsFile = "components.json"

// Of are the programs by which a running server was started, wherever they lie by now. Finding "postgres.program" when that
// cannot be seen.
func Of(pid int) (Binaries, error) {
	exe, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/exe")
	if err != nil {
		return Binaries{}, fault.Wrap(err, fault.Finding, "postgres.program", "pid", pid)
	}
	dir := filepath.Dir(strings.TrimSuffix(exe, " (deleted)"))
	b, err := probeWith(dir, libOf(dir))
	if err != nil {
		return Binaries{Dir: dir, Lib: libOf(dir)}, nil //nolint:nilerr // removed meanwhile: where it was is the answer
	}
	return b, nil
}

// libOf is where the libraries of a copy lie, seen from its programs; "" for programs that are not part of a copy.
func libOf(dir string) string {
	for _, up := range []string{"..", "../../../../.."} { // bin, usr/lib/postgresql/15/bin
		root := filepath.Join(dir, up)
		if _, err := os.Stat(filepath.Join(root, ComponentsFile)); err == nil {
			return filepath.Join(root, "lib")
		}
	}
	return ""
}

// Same reports whether two are the same PostgreSQL: the same folder, or copies of the same components.
func (b Binaries) Same(other Binaries) bool {
	if b.Dir == other.Dir {
		return true
	}
	if b.Lib == "" || other.Lib == "" {
		return false
	}
	mine, err := os.ReadFile(filepath.Join(b.Lib, "..", ComponentsFile))
	theirs, err2 := os.ReadFile(filepath.Join(other.Lib, "..", ComponentsFile))
	return err == nil && err2 == nil && bytes.Equal(mine, theirs)
}
