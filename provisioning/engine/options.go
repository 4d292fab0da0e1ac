package engine

import (
	"context"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine/disk"
)

// Policy says what happens after a change has failed.
type Policy int

// Stop leaves what was done for the next run to resume. Undo puts back what this run, and the unfinished runs that it
// resumes, have begun.
const (
	Stop Policy = iota
	Undo
)

// Options is what a Runner needs to know. Root and Host are required.
type Options struct {
	Root      string   // absolute
	Release   string   // of the program that runs, written into the journal
	By        string   // who runs it, as the journal names operators; no personal data
	From, To  string   // releases, for an operation that leads from one to the other
	Risks     []string // the named ones that a person has accepted
	Host      Host
	Clock     clock.Clock // the system's when nil
	Disk      disk.FS     // where the journal is written; the real one when nil
	OnFailure Policy
	Settles   []string               // other operations whose unfinished runs this one brings to an end
	Events    func(Event)            // told each journal line after its fsync, and progress; never two at a time
	Secrets   func() []secret.String // what must never pass: a line that holds one is refused

	// Failpoint is called with the name of each point at which a cut is worth trying ("change_started before",
	// "change_started after", "applied", ...), the step and the change. Only tests set it.
	Failpoint func(Point)
	// Pause waits between two tries of a change; time.Timer when nil. It returns early with the context's error.
	Pause func(context.Context, time.Duration) error
}

// Point is a moment at which the program may be cut.
type Point struct {
	Name   string // "<event> before" and "<event> after" the fsync of a journal line, "planned", "applied", "undone"
	Step   string
	Change string
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Disk == nil {
		o.Disk = disk.OS{}
	}
	if o.Events == nil {
		o.Events = func(Event) {}
	}
	if o.Failpoint == nil {
		o.Failpoint = func(Point) {}
	}
	if o.Pause == nil {
		o.Pause = pause
	}
	return o
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Outcome is what a run did.
type Outcome struct {
	Run     int            // number of its journal file; 0 when there was nothing to do
	Changes int            // changes done (Run) or reversed (Undo)
	Steps   []StepResult   // in the order of the list, as far as the run came
	Resumed bool           // an unfinished run of the same operation was taken up
	Undone  bool           // it failed and everything was put back
	Kept    []Kept         // Undo: what stays
	Damage  []*fault.Error // what does not fit in the journal of the run before
}

// StepResult is one step of an Outcome.
type StepResult struct {
	Name    string `json:"name"`
	MS      int64  `json:"ms"`
	Changes int    `json:"changes"`
}

// Kept is a step that cannot be undone.
type Kept struct {
	Step string
	Why  string // message key
}

// Runner carries out lists of steps on one ROOT.
type Runner struct{ o Options }

// New checks nothing on the host yet: a Runner for a dry run must be free to make.
func New(o Options) *Runner {
	return &Runner{o: o.withDefaults()}
}
