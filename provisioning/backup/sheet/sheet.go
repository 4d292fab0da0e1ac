// Package sheet writes the page on which a holder of the recovery key gets it: to be printed, signed and locked away. The page is HTML
// that asks nobody for anything, so any browser prints it, also on a host without a network.
package sheet

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/boombuler/barcode/qr"

	"egovctl/platform/kernel/fault"
)

// Said is a sentence in both languages: the page outlives whoever chose one.
type Said struct{ VI, EN string }

// Fact is a line of the head.
type Fact struct {
	Label Said
	Value string
}

// Page is what stands on it. Lines are typed again one day, exactly; the code holds the same lines.
type Page struct {
	Title Said
	Facts []Fact
	Lines []string
	How   []Said // what it opens, how it is used, where it is kept
	Signs []Said // whose names and signatures there is room for
}

//go:embed page.html
var layout string

var page = template.Must(template.New("page").Parse(layout))

// Write writes the page.
func Write(w io.Writer, p Page) error {
	code, err := qr.Encode(strings.Join(p.Lines, "\n")+"\n", qr.M, qr.Unicode)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	n := code.Bounds().Dx()
	var path strings.Builder
	for y := range n {
		for x := range n {
			if r, _, _, _ := code.At(x, y).RGBA(); r < 0x8000 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	err = page.Execute(w, map[string]any{"Page": p, "Framed": n + 8, "Path": path.String()})
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "internal")
	}
	return nil
}

// Save writes the page into a new file of a folder, for its owner alone, durably. Faults: invalid "sheet.folder" for a folder that is
// not there, "sheet.there" for a file that is; those of the disk.
func Save(dir, name string, p Page) (path string, err error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", fault.Wrap(err, fault.Invalid, "sheet.folder", "path", dir)
	}
	path = filepath.Join(dir, name)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if os.IsExist(err) {
		return "", fault.Wrap(err, fault.Invalid, "sheet.there", "path", path)
	}
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "sheet.write", "path", path)
	}
	defer func() { _ = f.Close() }() // it was synced, or it is removed
	if err = Write(f, p); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		_ = os.Remove(path) // half a key helps nobody
		return "", fault.Wrap(err, fault.Unavailable, "sheet.write", "path", path)
	}
	return path, nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only a descriptor
	return f.Sync()
}
