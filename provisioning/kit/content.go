package kit

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"

	"egovctl/platform/kernel/fault"
)

// mostData is the most that the content of a data kit may come to when it is read into memory.
const mostData = 256 << 20

// Content is a release's content as files in memory, each hashed once more on the way. It is meant for data kits. Faults: refused
// "kit.changed", "kit.data_large".
func (r Release) Content() (fs.FS, error) {
	m, err := r.manifest()
	if err != nil {
		return nil, err
	}
	var total int64
	for _, x := range m.Members {
		if total += x.Size; total > mostData {
			return nil, fault.New(fault.Refused, "kit.data_large", "most", mostData)
		}
	}
	var packed bytes.Buffer // a zip without compression is a file system of the standard library
	w := zip.NewWriter(&packed)
	for _, x := range m.Members {
		if err := r.add(w, x); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("read members: %w", err)
	}
	return zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
}

func (r Release) add(w *zip.Writer, x Member) error {
	to, err := w.CreateHeader(&zip.FileHeader{Name: x.Path, Method: zip.Store})
	if err != nil {
		return fmt.Errorf("read member: %w", err)
	}
	src, err := r.member(x)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read
	if _, err := io.Copy(to, src); err != nil {
		return err
	}
	return nil
}
