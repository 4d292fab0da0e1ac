package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// FolderOf is where the journal of an instance lies.
func FolderOf(root string) string { return filepath.Join(root, "journal") }

var operation = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}$`)

// Journal writes the file of one run, ROOT/journal/NNNN-<operation>.jsonl. The file comes into being with its first
// lines, so a run that has nothing to do leaves nothing behind. It is for one writer that holds the Lock.
type Journal struct {
	disk  disk.FS
	dir   string
	op    string
	first Line // what the first line says of the run
	clock clock.Clock
	guard guard

	number int
	seq    int
	prev   string
	file   disk.File
	broken error
}

// newJournal numbers a run after the newest file in dir, whose last sum is head.
func newJournal(o Options, op string, number int, head string) (*Journal, error) {
	if !operation.MatchString(op) {
		return nil, fault.New(fault.Internal, "engine.operation", "operation", op)
	}
	return &Journal{
		disk: o.Disk, dir: FolderOf(o.Root), op: op, clock: o.Clock,
		first: Line{Release: o.Release, Root: o.Root, By: o.By, From: o.From, To: o.To, Risks: o.Risks},
		guard: guard{o.Secrets}, number: number, prev: head,
	}, nil
}

// Begun tells whether the run has a journal: its first lines are durable.
func (j *Journal) Begun() bool { return j.seq > 0 }

// Append writes lines and returns them as they stand in the journal once they are durable: the file is fsynced, and its
// folder when the file is new. After any failed write or fsync the journal is closed for good and every later Append
// returns that failure: an fsync that succeeds after one that failed proves nothing.
func (j *Journal) Append(lines ...Line) ([]Line, error) {
	if j.broken != nil {
		return nil, j.broken
	}
	var raw []byte
	seq, prev := j.seq, j.prev
	for i := range lines {
		l := &lines[i]
		seq++
		l.Seq, l.At, l.Op, l.Run, l.Prev = seq, j.clock.Now(), j.op, j.number, prev
		if l.Event == RunStarted {
			l.Release, l.Root, l.By, l.From, l.To, l.Risks = j.first.Release, j.first.Root, j.first.By, j.first.From, j.first.To, j.first.Risks
		}
		one, sum, err := seal(*l)
		if err == nil {
			err = j.guard.refuse(*l, one)
		}
		if err != nil {
			return nil, err // nothing was written: the journal stays usable
		}
		raw, prev = append(raw, one...), sum
	}
	if err := j.write(raw); err != nil {
		if !j.Begun() && j.file != nil {
			_ = j.disk.Remove(j.path()) // an empty file says nothing; the failure itself is what is told
		}
		j.broken = diskFault(err, j.path())
		return nil, j.broken
	}
	j.seq, j.prev = seq, prev
	return lines, nil
}

func (j *Journal) path() string {
	return filepath.Join(j.dir, fmt.Sprintf("%04d-%s.jsonl", j.number, j.op))
}

func (j *Journal) write(raw []byte) error {
	fresh := j.file == nil
	if fresh {
		f, err := j.disk.Create(j.path(), 0o640)
		if err != nil {
			return err
		}
		j.file = f
		if err := ownLike(j.disk, f, j.path(), j.dir); err != nil {
			return err
		}
	}
	if _, err := j.file.Write(raw); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return err
	}
	if fresh {
		return j.disk.Sync(j.dir)
	}
	return nil
}

// ownLike gives a new file the owner of its folder, so that what root writes can be read by the instance's account.
func ownLike(d disk.FS, f disk.File, path, dir string) error {
	u, g, err := d.Owner(dir)
	if err != nil {
		return err
	}
	if fu, fg, err := d.Owner(path); err != nil || (fu == u && fg == g) {
		return err
	}
	if err := f.Chown(u, g); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// Close closes the file; everything in it is durable already.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
