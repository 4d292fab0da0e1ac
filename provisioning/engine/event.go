package engine

import "time"

// Names of events. Those that are journaled carry a Seq; the others are only told.
const (
	RunStarted    = "run_started"
	StepPlanned   = "step_planned"
	ChangeStarted = "change_started"
	ChangeRetried = "change_retried"
	ChangeDone    = "change_done"
	ChangeFailed  = "change_failed"
	UndoStarted   = "undo_started"
	UndoDone      = "undo_done"
	UndoKept      = "undo_kept" // the undo found that this must stay; Message says why
	UndoFailed    = "undo_failed"
	StepDone      = "step_done" // with Seq 0: there was nothing to do
	RunDone       = "run_done"
	RunStopped    = "run_stopped" // a signal; the next run resumes
	RunFailed     = "run_failed"  // a failure; the next run resumes
	RunUndone     = "run_undone"  // a failure, and everything was put back

	StepStarted    = "step_started"    // told, not journaled
	StepProgress   = "progress"        // told, not journaled, at most ten times a second
	StepKept       = "step_kept"       // told once a step and reason: an undo leaves what it did, Message says why
	JournalDamaged = "journal_damaged" // told: the journal of an earlier run is torn or does not match its chain
)

// Event is one thing that happened, as `-o json` prints it on a line of its own. Every fsynced journal line is one.
type Event struct {
	Event   string    `json:"event"`
	At      time.Time `json:"at"`
	Op      string    `json:"op"`
	Run     int       `json:"run,omitempty"`
	Seq     int       `json:"seq,omitempty"` // line of the journal, from 1; 0 when it is not in the journal
	Release string    `json:"release,omitempty"`
	Step    string    `json:"step,omitempty"`
	Title   string    `json:"title,omitempty"` // message key of the step
	Index   int       `json:"index,omitempty"` // the step's place, from 1
	Of      int       `json:"of,omitempty"`    // number of steps
	Change  string    `json:"change,omitempty"`
	Action  string    `json:"action,omitempty"`
	Target  string    `json:"target,omitempty"`
	Count   int       `json:"count,omitempty"` // step_planned, step_done, run_done: number of changes
	Done    int64     `json:"done,omitempty"`  // progress
	Total   int64     `json:"total,omitempty"` // progress; 0 when unknown
	Unit    string    `json:"unit,omitempty"`  // progress: "rows", "bytes"
	MS      int64     `json:"ms,omitempty"`
	Resumes []int     `json:"resumes,omitempty"` // run_started: the runs that stopped part-way and are taken up
	Code    string    `json:"code,omitempty"`    // failures: fault code
	Message string    `json:"message,omitempty"` // failures: message key
}

func eventOf(l Line) Event {
	e := Event{
		Event: l.Event, At: l.At, Op: l.Op, Run: l.Run, Seq: l.Seq, Release: l.Release, Step: l.Step,
		Count: l.Count, MS: l.MS, Resumes: l.Resumes, Code: l.Code, Message: l.Key,
	}
	if l.Change != nil {
		e.Change, e.Action, e.Target = l.Change.ID, l.Change.Action, l.Change.Target
	}
	return e
}
