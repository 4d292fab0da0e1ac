package packaged

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"slices"
	"strconv"
	"sync"

	"egovctl/platform/kernel/fault"
)

// source reads packaged files and remembers which, so that the digest covers exactly what the rows were made of.
type source struct {
	fsys fs.FS
	mu   sync.Mutex
	sums map[string][sha256.Size]byte
}

func newSource(fsys fs.FS) *source {
	return &source{fsys: fsys, sums: map[string][sha256.Size]byte{}}
}

// each calls f with the cells of every record of a file. Fault: Internal "packaged.file" when it is missing or damaged.
func (s *source) each(path string, columns []string, f func(c []string)) error {
	raw, err := fs.ReadFile(s.fsys, path)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "packaged.file", "file", path, "line", "0")
	}
	sum := sha256.Sum256(raw)
	s.mu.Lock()
	s.sums[path] = sum
	s.mu.Unlock()
	t := newTable(path, string(raw), columns...)
	for t.next() {
		f(t.cells)
	}
	if t.err != nil {
		return fault.Wrap(t.err, fault.Internal, "packaged.file", "file", path, "line", strconv.Itoa(t.line))
	}
	return nil
}

// digest is SHA-256 over the files read, in order of path, and the words that chose among their rows.
func (s *source) digest(words ...string) string {
	paths := make([]string, 0, len(s.sums))
	for p := range s.sums {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	h := sha256.New()
	for _, p := range paths {
		sum := s.sums[p]
		h.Write([]byte(p))
		h.Write([]byte{0})
		h.Write(sum[:])
	}
	for _, w := range words {
		h.Write([]byte(w))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
