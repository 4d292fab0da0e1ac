package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"egovctl/platform/db/cluster"
)

// defaultRoot is a folder that the instance's account can reach: below /opt for root, as an instance's own is.
func defaultRoot() string {
	if os.Getuid() == 0 {
		return "/opt/b1"
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return filepath.Join(os.TempDir(), "egov-bench")
	}
	return filepath.Join(dir, "egov-bench")
}

// mark shows that a folder is ours to remove.
const mark = ".egov-bench"

// prepare makes the root and a copy of the binary in it. What an earlier run that was killed has left is removed first;
// a folder that is not ours is refused.
func (b *bench) prepare(binary string) (remove func(), err error) {
	if b.root, err = filepath.Abs(b.root); err != nil {
		return nil, err
	}
	_, err = os.Stat(filepath.Join(b.root, mark))
	known := err == nil
	left, err := os.ReadDir(b.root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(left) > 0 && !known {
		return nil, fmt.Errorf("%s is not empty and not ours: choose another -root", b.root)
	}
	b.built, b.binary = binary, filepath.Join(b.root, "egovctl")
	remove = func() {
		b.removeAll()
		if err := os.RemoveAll(b.root); err != nil {
			b.say("remove %s: %v", b.root, err)
		}
	}
	if known {
		remove()
	}
	if err := os.MkdirAll(b.root, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(b.root, mark), nil, 0o644); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	return remove, os.WriteFile(b.binary, raw, 0o755)
}

// removeAll takes down every instance and floor that is there.
func (b *bench) removeAll() {
	for name := range ports {
		if _, err := os.Stat(filepath.Join(b.root, name)); err == nil {
			if err := b.instance(name).remove(context.Background()); err != nil {
				b.say("remove %s: %v", name, err)
			}
		}
	}
	for _, name := range []string{"floor"} {
		if err := stopFloor(context.Background(), filepath.Join(b.root, name)); err != nil {
			b.say("stop %s: %v", name, err)
		}
	}
}

// version is what the table was measured with.
func (b *bench) version(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, b.binary, "version", "--lang", "en").Output()
	if err != nil {
		out = []byte("egovctl")
	}
	first, _, _ := strings.Cut(string(out), "\n")
	if pg, err := cluster.Find(""); err == nil {
		first += ", PostgreSQL " + pg.Version
	}
	return first
}

// quiet lets the disk finish with what was done before, so that it is charged to nobody.
func quiet() { unix.Sync() }
