package engine

import (
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// State is how a run ended.
type State string

// A run that is not done or undone is resumed by the next one.
const (
	Done    State = "done"
	Undone  State = "undone"  // failed, and everything was put back
	Stopped State = "stopped" // by a signal
	Failed  State = "failed"
	Cut     State = "cut" // killed, or the power went: the journal has no last word
)

// Run is one file of the journal, as it reads now.
type Run struct {
	Number    int
	Operation string
	Release   string
	Root      string    // where the instance lay then: it may have been moved since
	By        string    // who ran it
	From, To  string    // releases, of an operation that leads from one to the other
	Risks     []string  // the named ones that were accepted
	Started   time.Time // zero when not even the first line survived
	Ended     time.Time // of the last line
	State     State
	Resumes   []int // numbers of the unfinished runs that this one took up
	Changes   int   // change_done lines
	Lines     []Line
	Torn      int            // bytes of a last line that a cut left unfinished: expected after a cut, no damage
	Damage    []*fault.Error // what does not fit: a broken sum or chain, a gap, a missing file
	Head      string         // sum of the last whole line, or that of the run before when there is none
}

// Begun reports whether a change was begun in the run.
func (r Run) Begun() bool {
	for _, l := range r.Lines {
		if l.Event == ChangeStarted || l.Event == UndoStarted {
			return true
		}
	}
	return false
}

// Unfinished reports whether the run began something that it did not end.
func (r Run) Unfinished() bool { return r.State != Done && r.State != Undone && r.Begun() }

// History reads every run of the instance at root, oldest first; none when there is no journal. Damage is told in the
// runs and is no error: an error means that a file cannot be read at all.
func History(root string) ([]Run, error) { return historyOn(disk.OS{}, root) }

// Unfinished returns the newest run that stopped part-way and that no later run took up. Runs of other operations may
// lie after it: a start does not end an upgrade.
func Unfinished(root string) (run Run, ok bool, err error) { return UnfinishedOn(Options{Root: root}) }

// HistoryOn is History on the disk of o.
func HistoryOn(o Options) ([]Run, error) { return historyOn(o.withDefaults().Disk, o.Root) }

// UnfinishedOn is Unfinished on the disk of o.
func UnfinishedOn(o Options) (run Run, ok bool, err error) {
	runs, err := HistoryOn(o)
	if err != nil {
		return Run{}, false, err
	}
	left := Open(runs)
	if len(left) == 0 {
		return Run{}, false, nil
	}
	return left[len(left)-1], true, nil
}

// Open picks the unfinished runs that no later run took up, oldest first.
func Open(runs []Run) []Run {
	taken := map[int]bool{}
	for _, r := range runs {
		for _, n := range r.Resumes {
			taken[n] = true
		}
	}
	var out []Run
	for _, r := range runs {
		if r.Unfinished() && !taken[r.Number] {
			out = append(out, r)
		}
	}
	return out
}
