package override

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"time"
)

// Served is what stands in the place of shipped files: the province's, merged with those of this release.
type Served struct {
	own    fs.FS
	merged map[string][]byte // only what is not as the province wrote it; nil for a file that gives way to the shipped one
}

// Serve merges the files.
func (d Folders) Serve(files []File) Served {
	s := Served{os.DirFS(d.Own), map[string][]byte{}}
	for _, f := range files {
		if m := f.Merge(); f.Own != nil && !bytes.Equal(m.Content, f.Own) {
			s.merged[f.Path] = m.Content
		}
	}
	return s
}

// Open gives what is served.
func (s Served) Open(name string) (fs.File, error) {
	content, ok := s.merged[name]
	if !ok {
		return s.own.Open(name)
	}
	if content == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &open{bytes.NewReader(content), meta{path.Base(name), int64(len(content))}}, nil
}

// Unmerged is the province's file as it wrote it, when something else is served in its place.
func (s Served) Unmerged(name string) ([]byte, bool) {
	if content, ok := s.merged[name]; !ok || content == nil {
		return nil, false
	}
	raw, err := fs.ReadFile(s.own, name)
	return raw, err == nil
}

type open struct {
	*bytes.Reader
	meta meta
}

func (o *open) Stat() (fs.FileInfo, error) { return o.meta, nil }
func (o *open) Close() error               { return nil }

// meta is what is to be said of a file that is in memory only.
type meta struct {
	name string
	size int64
}

func (m meta) Name() string     { return m.name }
func (m meta) Size() int64      { return m.size }
func (meta) Mode() fs.FileMode  { return 0o444 }
func (meta) ModTime() time.Time { return time.Time{} }
func (meta) IsDir() bool        { return false }
func (meta) Sys() any           { return nil }
