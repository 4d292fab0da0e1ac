package trial

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// Tree is a picture of a folder: what lies at each path below it.
type Tree map[string]Entry

// Entry is one file, folder, link or socket.
type Entry struct {
	Mode   string
	Owner  string // account egov-... as "instance", so that two places compare
	Size   int64
	Change string // when its bytes, mode or owner changed last: nanoseconds since 1970
	Sum    string // SHA-256 of a regular file, the target of a link
}

// Outside of a database and of what grows by being there at all.
var unstable = []string{"data/postgres", "log", "run", "journal/lock", "journal/audit-head.json"}

// Tree takes the picture of Root without what a running instance writes by itself: the data folder of PostgreSQL, logs,
// sockets and the lock's note.
func (p *Place) Tree() Tree { p.T.Helper(); return p.tree(p.Root, unstable) }

// Around takes the picture of everything at this place, Root or not, but for our own binary.
func (p *Place) Around() Tree { p.T.Helper(); return p.tree(p.Base, []string{"egovctl"}).Still() }

// Still is the picture without times.
func (t Tree) Still() Tree {
	for path, e := range t {
		e.Change = ""
		t[path] = e
	}
	return t
}

func (p *Place) tree(dir string, without []string) Tree {
	p.T.Helper()
	out := Tree{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if slices.Contains(without, name) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		e, err := p.entry(path, d)
		if name == "journal" {
			e.Change = "" // the audit log keeps its newest head in there
		}
		out[name] = e
		return err
	})
	if err != nil {
		p.T.Fatalf("look at %s: %v", dir, err)
	}
	return out
}

func (p *Place) entry(path string, d fs.DirEntry) (Entry, error) {
	info, err := d.Info()
	if err != nil {
		return Entry{}, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Entry{}, fmt.Errorf("no owner of %s", path)
	}
	e := Entry{Mode: info.Mode().String(), Owner: p.owner(st.Uid), Change: fmt.Sprint(st.Ctim.Nano())}
	switch {
	case info.Mode().IsRegular():
		raw, err := os.ReadFile(path)
		if err != nil {
			return e, err
		}
		sum := sha256.Sum256(raw)
		e.Size, e.Sum = info.Size(), hex.EncodeToString(sum[:])
	case info.Mode()&fs.ModeSymlink != 0:
		e.Sum, err = os.Readlink(path)
	}
	return e, err
}

func (p *Place) owner(uid uint32) string {
	if name := accountName(uid); name == p.Account() {
		return "instance"
	} else if name != "" {
		return name
	}
	return fmt.Sprint(uid)
}

// Shape is the picture without contents: paths, modes, owners. The journal's files, whose number tells how often
// somebody tried, are one entry.
func (t Tree) Shape() Tree {
	out := Tree{}
	for path, e := range t {
		if strings.HasPrefix(path, "journal/") && strings.HasSuffix(path, ".jsonl") {
			path = "journal/*.jsonl"
		}
		out[path] = Entry{Mode: e.Mode, Owner: e.Owner}
	}
	return out
}

// Same fails the test when two pictures differ, and names what differs.
func Same(t testing.TB, what string, want, got Tree) {
	t.Helper()
	var lines []string
	for path, w := range want {
		if g, ok := got[path]; !ok {
			lines = append(lines, "gone: "+path)
		} else if g != w {
			lines = append(lines, fmt.Sprintf("%s: was %+v, is %+v", path, w, g))
		}
	}
	for path := range got {
		if _, ok := want[path]; !ok {
			lines = append(lines, "new: "+path)
		}
	}
	if len(lines) > 0 {
		slices.Sort(lines)
		t.Errorf("%s:\n  %s", what, strings.Join(lines[:min(len(lines), 20)], "\n  "))
	}
}
