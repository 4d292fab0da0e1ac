package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Kinds of state that is kept in files.
const (
	kindFiles    = "files"
	kindAnswers  = "answers"
	kindSecrets  = "secrets"
	kindTrust    = "trust"
	kindLocal    = "local"
	kindJournal  = "journal"
	kindSettings = "settings"
)

// kindOf says what a path below ROOT is. What lies in etc beside answers and secrets says whom this instance trusts.
func kindOf(path string) string {
	switch first, rest, _ := strings.Cut(path, "/"); {
	case path == "etc/instance.yaml", path == "etc/.instance.installed.yaml":
		return kindAnswers
	case path == "etc/secrets", strings.HasPrefix(path, "etc/secrets/"):
		return kindSecrets
	case first == "etc":
		return kindTrust
	case first == "local":
		return kindLocal
	case first == "journal":
		return kindJournal
	case first == "data" && (rest == "files" || strings.HasPrefix(rest, "files/")):
		return kindFiles
	}
	return kindSettings
}

// tally counts and sums files by their kind, in the order in which they come.
type tally struct {
	kinds map[string]*Kind
	sums  map[string]hash.Hash
	order []string
}

func newTally(kinds ...string) *tally {
	t := &tally{kinds: map[string]*Kind{}, sums: map[string]hash.Hash{}}
	for _, k := range kinds {
		t.of(k)
	}
	return t
}

func (t *tally) of(kind string) (*Kind, hash.Hash) {
	if t.kinds[kind] == nil {
		t.kinds[kind], t.sums[kind] = &Kind{Name: kind}, sha256.New()
		t.order = append(t.order, kind)
	}
	return t.kinds[kind], t.sums[kind]
}

// add takes one entry; sum is the SHA-256 of a file's content or of where a link leads.
func (t *tally) add(h *tar.Header, sum []byte) {
	k, all := t.of(kindOf(strings.TrimSuffix(h.Name, "/")))
	fmt.Fprintf(all, "%c %q %o %d %x\n", h.Typeflag, h.Name, h.Mode, h.Size, sum)
	if h.Typeflag != tar.TypeDir {
		k.Files++
		k.Bytes += h.Size
	}
}

func (t *tally) result() []Kind {
	var out []Kind
	for _, name := range t.order {
		k := *t.kinds[name]
		k.Digest = hex.EncodeToString(t.sums[name].Sum(nil))
		out = append(out, k)
	}
	return out
}

// tree writes parts of ROOT as a tar.
type tree struct {
	root instance.Root
	w    *tar.Writer
	t    *tally
	skip func(path string) bool // below ROOT
	say  func(n int64)
}

// add writes what lies at path below ROOT, and below that, in the order of names. Absent is fine; what goes away while it is
// read was nobody's.
func (t tree) add(path string) error {
	return filepath.WalkDir(filepath.Join(string(t.root), path), func(p string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", p)
		}
		rel, err := filepath.Rel(string(t.root), p)
		if err != nil {
			return err
		}
		if t.skip(rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		return t.entry(p, rel)
	})
}

func (t tree) entry(path, rel string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", path)
	}
	h := &tar.Header{Name: rel, Mode: int64(info.Mode().Perm()), ModTime: info.ModTime(), Format: tar.FormatPAX}
	switch {
	case info.IsDir():
		h.Typeflag, h.Name = tar.TypeDir, rel+"/"
		t.t.add(h, nil)
		return t.w.WriteHeader(h)
	case info.Mode()&fs.ModeSymlink != 0:
		h.Typeflag = tar.TypeSymlink
		if h.Linkname, err = os.Readlink(path); err != nil {
			return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", path)
		}
		sum := sha256.Sum256([]byte(h.Linkname))
		t.t.add(h, sum[:])
		return t.w.WriteHeader(h)
	case !info.Mode().IsRegular():
		return nil // a socket, a pipe: no state
	}
	h.Typeflag = tar.TypeReg
	return t.file(path, h)
}

// file writes as many bytes as the file has now: a log of ours may grow meanwhile.
func (t tree) file(path string, h *tar.Header) error {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", path)
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", path)
	}
	h.Size = info.Size()
	if err := t.w.WriteHeader(h); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(t.w, sum), io.LimitReader(f, h.Size))
	if err != nil {
		return fault.Wrap(err, fault.Finding, "backup.unreadable", "path", path)
	}
	if n < h.Size {
		return fault.New(fault.Conflict, "backup.shrank", "path", path)
	}
	t.t.add(h, sum.Sum(nil))
	t.say(n)
	return nil
}

// transient reports whether a name is that of a file which is being written.
func transient(path string) bool { return strings.HasSuffix(path, ".egov-new") }

// statePaths are the parts of ROOT that state.tar holds. The private half of the recovery key is not among them: it is
// worth something only while it lies elsewhere.
func statePaths() (paths []string, skip func(string) bool) {
	paths = []string{"etc", "local", "journal", "data/postgres/" + settingsFile}
	return paths, func(path string) bool {
		return path == "etc/secrets/"+instance.RecoveryKey || path == "journal/lock" || transient(path)
	}
}

// settingsFile are the settings of PostgreSQL that a province made itself.
const settingsFile = "local.conf"

// meter adds up what was done and tells it.
func meter(say engine.Progress, total int64) func(n int64) {
	var done int64
	return func(n int64) {
		if done += n; done > total {
			total = 0 // it was an estimate
		}
		say(done, total, "bytes")
	}
}
