package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// session is one run under way: the lock, the journal, and what was begun.
type session struct {
	o       Options
	clock   clock.Clock
	look    Reader
	op      string
	lock    *Lock
	journal *Journal
	history []Run
	made    []string // folders that this run had to make for the journal
	resumes []int
	out     Outcome

	soon  []Line // lines that wait for the next fsync: nothing is promised on them alone
	begun []Line // change_started lines of this run

	telling      sync.Mutex
	index, total int
	title        string
}

// open takes the lock and reads the journal. With make it makes ROOT/journal where it is missing.
func (r *Runner) open(op string, make bool) (*session, error) {
	s := &session{o: r.o, clock: r.o.Clock, look: ReadOnly(r.o.Host), op: op}
	if !operation.MatchString(op) {
		return nil, fault.New(fault.Internal, "engine.operation", "operation", op)
	}
	if make {
		made, err := bootstrap(r.o.Disk, r.o.Root)
		if err != nil {
			return nil, errors.Join(err, withdraw(r.o.Disk, r.o.Root, made))
		}
		s.made = made
	}
	var err error
	if s.lock, err = acquire(r.o.Disk, r.o.Root, op, r.o.Clock); err != nil {
		return nil, err
	}
	if err := handOver(r.o.Disk, r.o.Root); err != nil {
		s.close()
		return nil, diskFault(err, FolderOf(r.o.Root))
	}
	if err := s.read(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// read looks at what earlier runs left. Where one was cut, everything that it wrote is made durable first: after a kill
// its files look written to our plans, and a later power cut would take them away unseen.
func (s *session) read() error {
	var err error
	if s.history, err = historyOn(s.o.Disk, s.o.Root); err != nil {
		return fault.Wrap(err, fault.Unavailable, "engine.journal.read", "path", FolderOf(s.o.Root))
	}
	number, head := 1, ""
	if len(s.history) == 0 {
		if err := s.settle(); err != nil {
			return err
		}
	}
	if n := len(s.history); n > 0 {
		last := s.history[n-1]
		number, head = last.Number+1, last.Head
		s.out.Damage = last.Damage
		if last.Unfinished() || last.State == Cut {
			if err := s.flush(); err != nil {
				return err
			}
		}
		if len(last.Damage) > 0 {
			s.tell(Event{Event: JournalDamaged, Run: last.Number, Message: "engine.damaged"})
		}
	}
	for _, r := range Open(s.history) {
		if r.Operation == s.op || slices.Contains(s.o.Settles, r.Operation) {
			s.resumes = append(s.resumes, r.Number)
			s.out.Resumed = true
		}
	}
	s.journal, err = newJournal(s.o, s.op, number, head)
	return err
}

// settle syncs the folders on the way to the journal: a first run may have been killed after it made them and before it
// synced the folders above, and then nothing tells them from old ones.
func (s *session) settle() error {
	for dir := FolderOf(s.o.Root); ; dir = filepath.Dir(dir) {
		err := s.o.Disk.Sync(dir)
		if err != nil && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ELOOP) {
			return diskFault(err, dir) // EINVAL: a file system that has no fsync for folders; ELOOP: a link on the way
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func (s *session) flush() error {
	for _, path := range []string{"/", s.o.Root} {
		if err := s.o.Disk.Flush(path); err != nil {
			return diskFault(err, path)
		}
	}
	return nil
}

// soft keeps l for the next fsync.
func (s *session) soft(l Line) { s.soon = append(s.soon, l) }

// hard makes l, and what waited before it, durable; then tells them.
func (s *session) hard(l Line) error {
	lines := s.soon
	if !s.journal.Begun() {
		if err := s.anchor(); err != nil {
			return err
		}
		lines = append([]Line{{Event: RunStarted, Resumes: s.resumes}}, lines...)
	}
	lines = append(lines, l)
	s.o.Failpoint(Point{l.Event + " before", l.Step, changeID(l)})
	written, err := s.journal.Append(lines...)
	if err != nil {
		return err
	}
	s.soon, s.out.Run = nil, s.journal.number
	if l.Event == ChangeStarted {
		s.begun = append(s.begun, written[len(written)-1])
	}
	s.o.Failpoint(Point{l.Event + " after", l.Step, changeID(l)})
	for _, w := range written {
		s.tell(eventOf(w))
	}
	return nil
}

// anchor makes the newest journal file durable before a new one refers to its last sum.
func (s *session) anchor() error {
	if n := len(s.history); n > 0 {
		last := s.history[n-1]
		path := filepath.Join(FolderOf(s.o.Root), fmt.Sprintf("%04d-%s.jsonl", last.Number, last.Operation))
		if err := s.o.Disk.Sync(path); err != nil {
			return diskFault(err, path)
		}
	}
	return nil
}

func changeID(l Line) string {
	if l.Change == nil {
		return ""
	}
	return l.Change.ID
}
