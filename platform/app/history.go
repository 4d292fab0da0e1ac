package app

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/who"
	"egovctl/platform/web"
)

// Run is one operation on the instance, as its journal has it.
type Run struct {
	Number     int        `json:"number"`
	Operation  string     `json:"operation"`
	Release    string     `json:"release"` // of the program that ran
	By         string     `json:"by"`      // "" in a run of a release that did not note it
	From       string     `json:"from,omitempty"`
	To         string     `json:"to,omitempty"`
	Risks      []string   `json:"risks,omitempty"` // the named ones that were accepted
	Started    *time.Time `json:"started"`         // null when not even the first line survived
	Ended      *time.Time `json:"ended"`           // of the last line
	MS         int64      `json:"ms"`              // from the first line to the last
	State      string     `json:"state"`           // done, undone, stopped, failed, cut, running
	Changes    int        `json:"changes"`
	Resumes    []int      `json:"resumes"`
	ResumedBy  int        `json:"resumed_by,omitempty"`
	Unfinished bool       `json:"unfinished"` // and no later run took it up
	Damage     []string   `json:"damage"`
}

// History is the page on which administrators and inspectors see what was done to the instance. The journal lies on the host, so the
// page is no office's.
type History struct {
	Runs  func(locale.Lang) ([]Run, error) // oldest first, sentences in that language
	Pages *web.Pages
}

// HistoryPage is what templates/portals/host/history.html is given.
type HistoryPage struct {
	Runs []HistoryLine // newest first
	Next int           // the page behind this one begins below it; 0 on the last
}

// HistoryLine is a run as people read it.
type HistoryLine struct {
	Run
	What string // message key of the operation; "" for one that this release has no words for
	Who  string
}

// operations that have words of their own.
var operations = []string{"install", "uninstall", "start", "stage", "upgrade", "rollback", "abort", "data", "rehearse", "backup", "restore", "drill", "confirm", "back"}

func lineOf(r Run) HistoryLine {
	l := HistoryLine{Run: r, Who: strings.TrimPrefix(r.By, "operator:")}
	if slices.Contains(operations, r.Operation) {
		l.What = "history.op." + r.Operation
	}
	return l
}

const (
	historyPath = "/quan-tri/lich-su"
	historyPage = "host/history"
	historyAt   = 50 // a page shows so many
)

// Routes are the page's.
func (h History) Routes() []web.Route {
	return []web.Route{{Method: http.MethodGet, Pattern: historyPath, Format: web.Page, Summary: "history.page.title", Handler: h.list,
		Access: web.Access{Roles: []who.Role{who.Controller, who.Admin}, Relation: web.Any}}}
}

// Declare gives the page a sample of its data.
func (h History) Declare() error {
	at := time.Now()
	sample := Run{Number: 1, Operation: "upgrade", Release: "x", By: "x", From: "x", To: "y", Risks: []string{"x"}, Started: &at, Ended: &at, MS: 1, State: "done", Damage: []string{"x"}}
	lost := Run{Number: 2, Operation: "x", State: "cut", Unfinished: true}
	return h.Pages.Declare(historyPage, HistoryPage{Runs: []HistoryLine{lineOf(sample), lineOf(lost)}, Next: 1})
}

// list answers GET /quan-tri/lich-su?truoc=.
func (h History) list(w http.ResponseWriter, r *http.Request) error {
	all, err := h.Runs(web.LangOf(r.Context()))
	if err != nil {
		return err
	}
	below, err := strconv.Atoi(r.URL.Query().Get("truoc")) // what is no number begins at the newest
	var p HistoryPage
	for i := len(all) - 1; i >= 0; i-- {
		if err == nil && all[i].Number >= below {
			continue
		}
		if len(p.Runs) == historyAt {
			p.Next = p.Runs[historyAt-1].Number
			break
		}
		p.Runs = append(p.Runs, lineOf(all[i]))
	}
	return h.Pages.Render(w, r, http.StatusOK, historyPage, p)
}
