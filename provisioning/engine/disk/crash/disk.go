// Package crash is a disk in memory that writes down every operation, and from that record makes every state in which a
// power cut may leave it: what was not yet synced may be there, may be missing, may be there in part. It is harsher than
// ext4 (which keeps the order of names), because a program that bears all of these states bears the real ones.
package crash

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"

	"egovctl/provisioning/engine/disk"
)

// Disk is a memory disk. Its zero value is not ready: use New.
type Disk struct {
	mu     sync.Mutex
	nodes  []*node // index is the inode number
	log    []op
	start  []*node // what was durable when recording began
	locked map[string]bool

	// NoSync, when set, makes Sync of a path for which it returns true do nothing: the broken twin of a program that
	// forgot that fsync.
	NoSync func(path string) bool
	// Stride thins out the torn appends that States tries: every Stride-th byte, each one for 0.
	Stride int
	// Fail, when set, is asked before each operation; its error is the operation's answer.
	Fail func(kind, path string) error
}

type node struct {
	mode   fs.FileMode // type and permission bits
	data   []byte
	target string
	names  map[string]int
}

const root = 0

// New returns an empty disk with the folder "/".
func New() *Disk {
	d := &Disk{locked: map[string]bool{}}
	d.nodes = []*node{{mode: fs.ModeDir | 0o755, names: map[string]int{}}}
	d.start = clone(d.nodes)
	return d
}

func clone(nodes []*node) []*node {
	out := make([]*node, len(nodes))
	for i, n := range nodes {
		c := *n
		if n.names != nil {
			c.names = make(map[string]int, len(n.names))
			for k, v := range n.names {
				c.names[k] = v
			}
		}
		out[i] = &c
	}
	return out
}

func (d *Disk) enter(kind, path string) error {
	if d.Fail != nil {
		if err := d.Fail(kind, path); err != nil {
			return &fs.PathError{Op: kind, Path: path, Err: err}
		}
	}
	return nil
}

// find resolves path without following a last link; links on the way are followed when they are absolute or relative.
func (d *Disk) find(path string) (int, error) {
	at := root
	parts := strings.Split(strings.Trim(filepath.Clean(path), "/"), "/")
	for i, p := range parts {
		if p == "" {
			continue
		}
		n := d.nodes[at]
		if n.names == nil {
			return 0, syscall.ENOTDIR
		}
		next, ok := n.names[p]
		if !ok {
			return 0, fs.ErrNotExist
		}
		if t := d.nodes[next]; t.mode&fs.ModeSymlink != 0 && i < len(parts)-1 {
			to := t.target
			if !filepath.IsAbs(to) {
				to = filepath.Join("/", filepath.Join(parts[:i]...), to)
			}
			return d.find(filepath.Join(to, filepath.Join(parts[i+1:]...)))
		}
		at = next
	}
	return at, nil
}

func (d *Disk) parent(path string) (dir int, name string, err error) {
	dir, err = d.find(filepath.Dir(path))
	if err == nil && d.nodes[dir].names == nil {
		err = syscall.ENOTDIR
	}
	return dir, filepath.Base(path), err
}

func fail(kind, path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: kind, Path: path, Err: err}
}

// Lstat describes path itself.
func (d *Disk) Lstat(path string) (fs.FileInfo, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	if err != nil {
		return nil, fail("lstat", path, err)
	}
	return info{name: filepath.Base(path), n: d.nodes[i], size: int64(len(d.nodes[i].data))}, nil
}

// ReadFile returns a copy of a file's bytes.
func (d *Disk) ReadFile(path string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	for hops := 0; err == nil && d.nodes[i].mode&fs.ModeSymlink != 0 && hops < 8; hops++ {
		to := d.nodes[i].target
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
		i, err = d.find(to)
	}
	if err != nil {
		return nil, fail("open", path, err)
	}
	if d.nodes[i].names != nil {
		return nil, fail("read", path, syscall.EISDIR)
	}
	return bytes.Clone(d.nodes[i].data), nil
}

// Open streams a file as it was at this moment.
func (d *Disk) Open(path string) (io.ReadCloser, error) {
	b, err := d.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// ReadDir lists a folder, sorted by name.
func (d *Disk) ReadDir(path string) ([]fs.DirEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	if err != nil {
		return nil, fail("open", path, err)
	}
	if d.nodes[i].names == nil {
		return nil, fail("readdir", path, syscall.ENOTDIR)
	}
	var out []fs.DirEntry
	for name, c := range d.nodes[i].names {
		out = append(out, fs.FileInfoToDirEntry(info{name: name, n: d.nodes[c], size: int64(len(d.nodes[c].data))}))
	}
	sort.Slice(out, func(a, b int) bool { return out[a].Name() < out[b].Name() })
	return out, nil
}

// Readlink returns where a link points.
func (d *Disk) Readlink(path string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	if err == nil && d.nodes[i].mode&fs.ModeSymlink == 0 {
		err = syscall.EINVAL
	}
	if err != nil {
		return "", fail("readlink", path, err)
	}
	return d.nodes[i].target, nil
}

// Owner is always 0, 0: this disk has no accounts.
func (d *Disk) Owner(path string) (uid, gid int, err error) {
	_, err = d.Lstat(path)
	return 0, 0, err
}

type info struct {
	name string
	n    *node
	size int64
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return i.n.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.n.mode.IsDir() }
func (i info) Sys() any           { return nil }

var _ disk.FS = (*Disk)(nil)
