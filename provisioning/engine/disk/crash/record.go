package crash

import (
	"bytes"
	"io/fs"
	"strings"
	"syscall"

	"egovctl/provisioning/engine/disk"
)

type opKind int

const (
	opNode  opKind = iota // an inode comes to be: no durable effect of its own
	opEntry               // a folder's name comes, goes or moves
	opData                // bytes are appended to an inode
	opMode                // an inode's mode changes
	opSync                // an inode is made durable
	opFlush               // everything is
)

type op struct {
	kind  opKind
	node  int
	mode  fs.FileMode
	link  string // opNode: target
	at    int    // opData: offset
	data  []byte
	moves []move // opEntry: all or none of them survive
	path  string // for people
}

// move sets a name of a folder to an inode, or takes the name away (to < 0).
type move struct {
	dir  int
	name string
	to   int
}

func (d *Disk) record(o op) {
	d.log = append(d.log, o)
	apply(d.nodes, o)
}

// apply does o to a tree of nodes that already holds every inode.
func apply(nodes []*node, o op) {
	switch o.kind {
	case opEntry:
		for _, m := range o.moves {
			if m.to < 0 {
				delete(nodes[m.dir].names, m.name)
			} else {
				nodes[m.dir].names[m.name] = m.to
			}
		}
	case opData:
		n := nodes[o.node]
		if hole := o.at - len(n.data); hole > 0 { // an earlier write was lost: the hole reads as zeros
			n.data = append(bytes.Clone(n.data), make([]byte, hole)...)
		}
		n.data = append(bytes.Clone(n.data[:o.at]), o.data...)
	case opMode:
		nodes[o.node].mode = nodes[o.node].mode.Type() | o.mode
	}
}

func (d *Disk) make(kind, path string, n *node) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter(kind, path); err != nil {
		return 0, err
	}
	dir, name, err := d.parent(path)
	if err == nil {
		if _, there := d.nodes[dir].names[name]; there {
			err = fs.ErrExist
		}
	}
	if err != nil {
		return 0, fail(kind, path, err)
	}
	i := len(d.nodes)
	d.nodes = append(d.nodes, n)
	d.record(op{kind: opNode, node: i, mode: n.mode, link: n.target, path: path})
	d.record(op{kind: opEntry, moves: []move{{dir, name, i}}, path: path})
	return i, nil
}

// Create makes a new file.
func (d *Disk) Create(path string, mode fs.FileMode) (disk.File, error) {
	i, err := d.make("create", path, &node{mode: mode.Perm()})
	if err != nil {
		return nil, err
	}
	return &file{d: d, node: i, path: path}, nil
}

// Mkdir makes a folder.
func (d *Disk) Mkdir(path string, mode fs.FileMode) error {
	_, err := d.make("mkdir", path, &node{mode: fs.ModeDir | mode.Perm(), names: map[string]int{}})
	return err
}

// Symlink makes a link.
func (d *Disk) Symlink(target, path string) error {
	_, err := d.make("symlink", path, &node{mode: fs.ModeSymlink | 0o777, target: target})
	return err
}

// Rename moves a name; both ends change together or not at all.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter("rename", to); err != nil {
		return err
	}
	fd, fn, err := d.parent(from)
	if err != nil {
		return fail("rename", from, err)
	}
	i, ok := d.nodes[fd].names[fn]
	if !ok {
		return fail("rename", from, fs.ErrNotExist)
	}
	td, tn, err := d.parent(to)
	if err != nil {
		return fail("rename", to, err)
	}
	if old, there := d.nodes[td].names[tn]; there && len(d.nodes[old].names) > 0 {
		return fail("rename", to, syscall.ENOTEMPTY)
	}
	d.record(op{kind: opEntry, moves: []move{{fd, fn, -1}, {td, tn, i}}, path: to})
	return nil
}

// Remove takes away a file, a link or an empty folder.
func (d *Disk) Remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.enter("remove", path); err != nil {
		return err
	}
	dir, name, err := d.parent(path)
	if err != nil {
		return fail("remove", path, err)
	}
	i, ok := d.nodes[dir].names[name]
	if !ok {
		return fail("remove", path, fs.ErrNotExist)
	}
	if len(d.nodes[i].names) > 0 {
		return fail("remove", path, syscall.ENOTEMPTY)
	}
	d.record(op{kind: opEntry, moves: []move{{dir, name, -1}}, path: path})
	return nil
}

// RemoveAll takes a tree away, leaves first, each name an operation of its own.
func (d *Disk) RemoveAll(path string) error {
	names, err := d.ReadDir(path)
	if err == nil {
		for _, e := range names {
			if err := d.RemoveAll(strings.TrimSuffix(path, "/") + "/" + e.Name()); err != nil {
				return err
			}
		}
	}
	if _, err := d.Lstat(path); err != nil {
		return nil //nolint:nilerr // absent: nothing to remove
	}
	return d.Remove(path)
}

// Chmod changes a mode.
func (d *Disk) Chmod(path string, mode fs.FileMode) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	if err != nil {
		return fail("chmod", path, err)
	}
	d.record(op{kind: opMode, node: i, mode: mode.Perm(), path: path})
	return nil
}

// Chown does nothing: this disk has no accounts.
func (d *Disk) Chown(path string, _, _ int) error {
	_, err := d.Lstat(path)
	return err
}

// Sync makes a file's bytes or a folder's names durable.
func (d *Disk) Sync(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	i, err := d.find(path)
	if err != nil {
		return fail("sync", path, err)
	}
	return d.sync(i, path)
}

func (d *Disk) sync(i int, path string) error {
	if d.Fail != nil {
		if err := d.Fail("sync", path); err != nil {
			return &disk.SyncError{Path: path, Err: err}
		}
	}
	if d.NoSync == nil || !d.NoSync(path) {
		d.record(op{kind: opSync, node: i, path: path})
	}
	return nil
}

// Flush makes everything durable.
func (d *Disk) Flush(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.find(path); err != nil {
		return fail("flush", path, err)
	}
	d.record(op{kind: opFlush, path: path})
	return nil
}

type file struct {
	d    *Disk
	node int
	path string
}

func (f *file) Write(b []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.enter("write", f.path); err != nil {
		return 0, err
	}
	f.d.record(op{kind: opData, node: f.node, at: len(f.d.nodes[f.node].data), data: bytes.Clone(b), path: f.path})
	return len(b), nil
}

func (f *file) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	return f.d.sync(f.node, f.path)
}

func (f *file) Chown(int, int) error { return nil }
func (f *file) Close() error         { return nil }

// Lock excludes within this disk. The lock file itself is not kept: it carries no state.
func (d *Disk) Lock(path string, _ fs.FileMode) (disk.Latch, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.locked[path] {
		return nil, disk.ErrLocked
	}
	d.locked[path] = true
	return &latch{d, path}, nil
}

type latch struct {
	d    *Disk
	path string
}

func (l *latch) Note([]byte) error { return nil }
func (l *latch) Held() bool        { return true }
func (l *latch) Release() error {
	l.d.mu.Lock()
	defer l.d.mu.Unlock()
	delete(l.d.locked, l.path)
	return nil
}
