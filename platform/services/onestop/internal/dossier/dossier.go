// Package dossier holds the words and rules of a dossier (hồ sơ): no SQL, no HTTP, no clock of its own.
package dossier

import (
	"time"

	"egovctl/platform/kernel/person"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// ProbeAgency is the reserved agency of the health probe: no office, no site, no statistic knows it.
const ProbeAgency int32 = 0

// Dossier is one matter of one citizen or organisation. Times are zero until they are known.
type Dossier struct {
	ID              string
	Agency          int32 // where it was received
	Competent       int32 // who decides
	At              int32 // where it lies now
	Involved        []int32
	Procedure       string
	VersionID       int32
	ProcedureName   string
	Regime          string
	Workflow        string
	WorkflowVersion int
	Reference       string
	Code            string // "" until reception
	Channel         packaged.Channel
	Assisted        bool
	State           workflow.State
	Status          int            // national list of synchronisation statuses
	Return          workflow.State // where an interrupted handling goes back to
	Desk            who.Role       // who is to act, "" for nobody
	Officer         string
	Owner           string
	FiledBy         string
	SubmittedAt     time.Time
	ReceivedAt      time.Time
	FirstDueAt      time.Time
	DueAt           time.Time
	DueByHour       bool // the hour of the promise counts, not only its day
	PausedAt        time.Time
	FinishedAt      time.Time
	ReturnedAt      time.Time
	Timeliness      workcal.Standing // early, on_time, late; "" while open or without a promise
	Outcome         Outcome
	AskedIntake     int // papers asked for at the intake check, and while handled; dates moved
	AskedPapers     int
	Extended        int
	ContentHash     []byte
	Version         int
}

// Key is what people call the dossier by: its code, or its reference while it has none.
func (d Dossier) Key() string {
	if d.Code != "" {
		return d.Code
	}
	return d.Reference
}

// Paused reports whether the clock stands still.
func (d Dossier) Paused() bool { return !d.PausedAt.IsZero() }

// Outcome is how a dossier ended.
type Outcome string

// The outcomes; "" while it is open.
const (
	Granted   Outcome = "granted"
	Refused   Outcome = "refused"
	Withdrawn Outcome = "withdrawn"
	Stopped   Outcome = "stopped"
)

// PersonKind says in what part someone stands on a dossier.
type PersonKind string

// The parts that are kept today.
const (
	Applicant PersonKind = "applicant" // chủ hồ sơ
	Submitter PersonKind = "submitter" // người nộp
)

// Person is somebody on a dossier: personal data, printed masked.
type Person struct {
	Kind    PersonKind
	Name    string
	Number  person.Number
	Phone   person.Phone
	Address string
	Email   string
}

// Component is a declared paper with its counts.
type Component struct {
	Code      string
	Name      string
	Originals int
	Copies    int
}

// Step is a line of the history, which is only ever added to.
type Step struct {
	Seq       int
	Agency    int32
	Action    workflow.Action
	From, To  workflow.State // From is "" for the filing itself
	ByAccount string
	ByName    string // officials only
	ByRole    who.Role
	ToAccount string
	ToAgency  int32
	At        time.Time
	Note      string
	DueBefore time.Time
	DueAfter  time.Time
	Promise   *workcal.Promise // the promise as this step left it; nil when the step did not touch it
}

// Notice is what the citizen is told.
type Notice struct {
	Seq     int
	Dossier string
	Key     string // message key
	Args    map[string]string
	At      time.Time
	Name    string // code or reference of the dossier
}

// File is the action of the first step: the engine of workflows knows only what comes after it.
const File workflow.Action = "file"

// Full is a dossier with everything that belongs to it.
type Full struct {
	Dossier
	Persons    []Person
	Components []Component
	Steps      []Step
	Secret     string
}

// Person returns the person of a kind, the zero Person when there is none.
func (f Full) Person(kind PersonKind) Person {
	for _, p := range f.Persons {
		if p.Kind == kind {
			return p
		}
	}
	return Person{}
}
