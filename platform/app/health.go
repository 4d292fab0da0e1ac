package app

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/jobs"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/module"
	"egovctl/platform/outbox"
	"egovctl/platform/web"
)

// Health asks the running platform how it is: its services, what works beside them, and the templates that it shows.
type Health struct {
	DB      *db.Pool
	Modules []module.Module
	Pages   *web.Pages
	Outbox  *outbox.Drain
	Jobs    *jobs.Runner
	Since   time.Time // when this platform began: what had to wait for it is not late yet
}

// What waits longer than this, or fails more often in a row, is told.
const (
	lateMessage = 10 * time.Minute
	lateSeal    = 10 * time.Minute // rows are sealed every minute
	lostSeal    = time.Hour
	fewFailures = 1 // PostgreSQL was restarted, say
)

// lookTime bounds all that health asks.
const lookTime = 8 * time.Second

// HealthPath is where the running platform tells how it is.
const HealthPath = "/api/v1/health"

// Report is the answer at HealthPath. Sentences are made by who asks, in the language of who asks.
type Report struct {
	Checks []Finding `json:"checks"`
}

// Finding is a health.Result with the key and arguments of its sentence instead of the sentence.
type Finding struct {
	Code     string            `json:"code"`
	Service  string            `json:"service"`
	Status   health.Status     `json:"status"`
	Severity string            `json:"severity"`
	Key      string            `json:"key"`
	Args     map[string]string `json:"args,omitempty"`
	CausedBy string            `json:"caused_by,omitempty"`
	MS       int64             `json:"ms"`
}

// Results are the findings as commands show them.
func (r Report) Results() []health.Result {
	out := make([]health.Result, len(r.Checks))
	for i, f := range r.Checks {
		out[i] = health.Result{Code: f.Code, Service: f.Service, Status: f.Status, Severity: f.Severity, Key: f.Key, Args: f.Args, CausedBy: f.CausedBy, MS: f.MS}
	}
	return out
}

// Route answers programs on this host; to all others there is nothing here.
func (h Health) Route() web.Route {
	return web.Route{Method: http.MethodGet, Pattern: HealthPath, Format: web.API, Summary: "health.summary", Handler: h.answer, Answer: Report{},
		Access: web.Access{Public: true, Relation: web.Any, Scope: "programs on this host, asking for localhost"}}
}

func (h Health) answer(w http.ResponseWriter, r *http.Request) error {
	if !web.FromThisHost(r) {
		return fault.New(fault.NotFound, "not_found")
	}
	ctx, cancel := context.WithTimeout(r.Context(), lookTime)
	defer cancel()
	report := Report{Checks: []Finding{}}
	for _, x := range h.Look(ctx) {
		report.Checks = append(report.Checks, Finding{Code: x.Code, Service: x.Service, Status: x.Status, Severity: x.Severity, Key: x.Key, Args: x.Args, CausedBy: x.CausedBy, MS: x.MS})
	}
	return web.JSON(w, http.StatusOK, report)
}

// Look asks everything, the services first.
func (h Health) Look(ctx context.Context) []health.Result {
	var all []health.Result
	for _, m := range h.Modules {
		if m.Health != nil {
			all = append(all, m.Health(ctx)...)
		}
	}
	all = append(all, h.Pages.Findings()...)
	for _, own := range []func(context.Context) health.Result{h.messages, h.periodic, h.sealing} {
		begin := time.Now()
		r := own(ctx)
		r.MS = time.Since(begin).Milliseconds()
		all = append(all, r)
	}
	return all
}

// fine is a finding of all being well, which what follows may worsen.
func fine(code, service string) health.Result {
	return health.Result{Code: code, Service: service, Status: health.Pass, Severity: "info", Key: service + ".health.ok"}
}

// worse makes of r a finding to be told; key is below the service's own keys.
func worse(r health.Result, status health.Status, severity, key string, args map[string]string) health.Result {
	r.Status, r.Severity, r.Key, r.Args = status, severity, r.Service+".health."+key, args
	return r
}

// unread is for what could not be looked at.
func unread(r health.Result) health.Result {
	r = worse(r, health.Fail, "error", "unreadable", nil)
	r.CausedBy = "postgres.reachable"
	return r
}

// messages tells what was put aside and what waits too long.
func (h Health) messages(ctx context.Context) health.Result {
	r := fine("outbox.messages", "outbox")
	s, err := h.Outbox.State(ctx)
	switch {
	case err != nil:
		return unread(r)
	case s.Dead > 0:
		return worse(r, health.Warn, "warning", "dead", map[string]string{"n": strconv.FormatInt(s.Dead, 10)})
	case s.Waiting > 0 && h.waited(s.Oldest) > lateMessage:
		return worse(r, health.Warn, "warning", "late", map[string]string{"n": strconv.FormatInt(s.Waiting, 10), "since": moment(s.Oldest)})
	}
	return r
}

// waited is how long this platform has let something wait that began to wait at a moment.
func (h Health) waited(from time.Time) time.Duration {
	if from.Before(h.Since) {
		from = h.Since
	}
	return time.Since(from)
}

// periodic tells the jobs that fail, each with how often in a row and what was said.
func (h Health) periodic(ctx context.Context) health.Result {
	r := fine("jobs.running", "jobs")
	all, err := h.Jobs.States(ctx)
	if err != nil {
		return unread(r)
	}
	var failing []string
	for _, s := range all {
		if s.Failures > fewFailures {
			failing = append(failing, s.Name+" ("+strconv.Itoa(s.Failures)+"×, "+s.Error+")")
		}
	}
	if len(failing) > 0 {
		return worse(r, health.Warn, "warning", "failing", map[string]string{"jobs": strings.Join(failing, "; ")})
	}
	return r
}

// sealing tells since when the audit log is not sealed. An hour of it is a failure: what was written meanwhile could be
// changed unseen.
func (h Health) sealing(ctx context.Context) health.Result {
	r := fine("audit.sealed", "audit")
	since, err := audit.Unsealed(ctx, h.DB)
	age := h.waited(since)
	switch {
	case err != nil:
		return unread(r)
	case since.IsZero() || age <= lateSeal:
		return r
	case age <= lostSeal:
		return worse(r, health.Warn, "warning", "unsealed", map[string]string{"since": moment(since)})
	}
	return worse(r, health.Fail, "error", "unsealed", map[string]string{"since": moment(since)})
}

// moment is a time as people in Việt Nam read it.
func moment(t time.Time) string { return t.In(clock.Vietnam).Format("15:04 02/01/2006") }
