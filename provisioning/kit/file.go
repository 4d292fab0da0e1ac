package kit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"egovctl/platform/kernel/fault"
)

// File is an open kit. Everything is read through the one descriptor that Open has made: a file that takes its name
// later is not seen.
type File struct {
	path     string
	f        io.ReaderAt
	closer   io.Closer
	size     int64
	date     time.Time // of every entry
	roots    [][]byte  // 1.root.json and those that follow
	signed   [3][]byte // timestamp, snapshot, targets
	raw      []byte    // the manifest
	manifest Manifest
	at       []int64 // where the stored bytes of each member begin
}

// The fixed part of a kit's names.
const (
	metadataFolder = "metadata/"
	rootSuffix     = ".root.json"
	storedSuffix   = ".zst"
)

// roles in the order in which they stand in a kit and are verified.
var roles = [3]string{"timestamp", "snapshot", "targets"}

// Open reads the structure of the kit at path; nothing of it is trusted yet. Whatever is not exactly as a kit is written
// is refused: another order, a link, a name twice, bytes between or after. Memory is bounded.
//
// Faults: invalid "kit.unreadable" (there is no file to read), refused "kit.foreign" (not even its first entry is that of a kit),
// "kit.damaged", "kit.newer".
func Open(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would be waited for
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.unreadable", "path", path)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("no regular file")
	}
	if err != nil {
		_ = f.Close()
		return nil, fault.Wrap(err, fault.Invalid, "kit.unreadable", "path", path)
	}
	k, err := read(path, f, st.Size())
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	k.closer = f
	return k, nil
}

// Close releases the descriptor. What Verify returned cannot be used any more.
func (f *File) Close() error { return f.closer.Close() }

// Manifest is what the kit claims to be. Nothing of it was verified.
func (f *File) Manifest() Manifest { return f.manifest }

// Fingerprint is that of the first root within the kit: what a person compares with the letter.
func (f *File) Fingerprint() string { return fingerprint(f.roots[0]) }

func read(path string, r io.ReaderAt, size int64) (*File, error) {
	f := &File{path: path, f: r, size: size}
	w := &walk{r: window{r: r}, size: size}
	if err := f.parse(w); err != nil {
		var told *fault.Error
		if errors.As(err, &told) {
			return nil, told
		}
		if w.last == "" {
			return nil, fault.Wrap(err, fault.Refused, "kit.foreign", "path", path)
		}
		return nil, fault.Wrap(err, fault.Refused, "kit.damaged", "path", path, "at", w.last)
	}
	return f, nil
}

// parse walks through all entries in their one legal order.
func (f *File) parse(w *walk) error {
	for {
		name, raw, err := w.small(mostMetadata)
		if err != nil {
			return err
		}
		if name == metadataFolder+strconv.Itoa(len(f.roots)+1)+rootSuffix && len(f.roots) < mostRoots {
			f.roots = append(f.roots, raw)
			continue
		}
		if len(f.roots) == 0 || name != metadataFolder+roles[0]+".json" {
			return errors.New("metadata out of order")
		}
		f.signed[0] = raw
		break
	}
	for i := 1; i < len(roles); i++ {
		name, raw, err := w.small(mostMetadata)
		if err != nil {
			return err
		}
		if name != metadataFolder+roles[i]+".json" {
			return errors.New("metadata out of order")
		}
		f.signed[i] = raw
	}
	name, raw, err := w.small(mostManifest)
	if err != nil {
		return err
	}
	if name != ManifestFile {
		return errors.New("no manifest")
	}
	f.raw = raw
	if f.manifest, err = readManifest(raw); err != nil {
		return err
	}
	return f.members(w)
}

func (f *File) members(w *walk) error {
	f.at = make([]int64, len(f.manifest.Members))
	for i, m := range f.manifest.Members {
		name, size, at, err := w.next()
		if err != nil {
			return err
		}
		if name != m.Path+storedSuffix || size != m.StoredSize {
			return errors.New("not the entry that the manifest names")
		}
		f.at[i] = at
	}
	f.date = w.date
	if !f.date.Equal(f.manifest.Date) {
		return errors.New("not the date of the manifest")
	}
	return w.end()
}

// readManifest reads the manifest of a kit and holds it to every bound. Refused "kit.newer" for a format that this
// program does not know yet.
func readManifest(raw []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("read manifest: %w", err)
	}
	if m.Format > Format {
		return m, fault.New(fault.Refused, "kit.newer", "version", visible(m.Version))
	}
	if m.Format < 1 || len(m.Members) == 0 || len(m.Members) > mostMembers {
		return m, errors.New("no manifest of a kit")
	}
	var all int64
	for _, x := range m.Members {
		if !validName(x.Path) || len(x.SHA256) != 64 || len(x.StoredSHA256) != 64 {
			return m, errors.New("a member that cannot be")
		}
		if x.Size < 0 || x.Size > mostMember || x.StoredSize < 1 || x.StoredSize > mostMember {
			return m, errors.New("a member out of bounds")
		}
		if all += x.Size; all > mostContent {
			return m, errors.New("more than a kit may hold")
		}
	}
	return m, m.tree()
}

// tree makes sure that no two members take the same place, neither in the kit nor where it is laid down.
func (m Manifest) tree() error {
	for _, host := range append([]string{""}, platforms...) {
		taken := map[string]bool{ManifestFile: true} // files: true, folders: false
		for _, x := range m.Members {
			path := x.Path
			if platform, rest := platformOf(path); host != "" {
				if platform != "" && platform != host {
					continue
				}
				path = rest
			}
			if _, twice := taken[path]; twice {
				return errors.New("a name twice")
			}
			taken[path] = true
			for at := strings.LastIndexByte(path, '/'); at > 0; at = strings.LastIndexByte(path[:at], '/') {
				if taken[path[:at]] {
					return errors.New("a file as a folder")
				}
				taken[path[:at]] = false
			}
		}
	}
	return nil
}

// visible bounds what an unverified file may put into a sentence.
func visible(s string) string {
	if len(s) > 60 {
		s = s[:60]
	}
	return strings.ToValidUTF8(s, "?")
}
