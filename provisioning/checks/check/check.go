// Package check is what every check is: a code, what it looks at, how bad it is when it fails, and a deadline. Checks
// write nothing.
package check

import (
	"context"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// Look is what a check may look at.
type Look struct {
	Site instance.Site
	Host engine.Reader
}

// Check is one symptom that preflight, health or doctor can name.
type Check struct {
	Code     string   // stable: "port.free"
	Service  string   // who it is about
	Severity string   // of a failure: critical, error, warning
	For      string   // topology that it is about, "" for each
	After    []string // codes whose failure explains this one: it is then skipped and folded under them
	Run      func(ctx context.Context, look Look) Finding
}

// Finding is what a check saw.
type Finding struct {
	Status health.Status
	Key    string // message key; its cure is Key + ".cure"
	Args   map[string]string
}

// Fine is a finding that all is well.
func Fine(key string, args ...any) Finding { return finding(health.Pass, key, args) }

// Wrong is a failure.
func Wrong(key string, args ...any) Finding { return finding(health.Fail, key, args) }

// Doubtful is a warning.
func Doubtful(key string, args ...any) Finding { return finding(health.Warn, key, args) }

// Failed is a failure told by an error's own message.
func Failed(err error) Finding {
	e := fault.From(err)
	return Finding{Status: health.Fail, Key: e.Key, Args: e.Args}
}

func finding(s health.Status, key string, args []any) Finding {
	return Finding{Status: s, Key: key, Args: fault.New(fault.Finding, key, args...).Args}
}

// Limit is how long one check may take.
const Limit = 10 * time.Second

// All runs the checks in order, leaving out those of another topology. A check whose cause has failed is not run but folded
// under it.
func All(ctx context.Context, look Look, checks []Check) []health.Result {
	results := make([]health.Result, 0, len(checks))
	failed := map[string]bool{}
	for _, c := range checks {
		if c.For != "" && c.For != look.Site.Answers.Topology {
			continue
		}
		r := health.Result{Code: c.Code, Service: c.Service, Severity: "info"}
		for _, cause := range c.After {
			if failed[cause] {
				r.CausedBy = cause
			}
		}
		if r.CausedBy != "" {
			r.Status, r.Key = health.Skip, "check.folded"
			r.Args = map[string]string{"cause": r.CausedBy}
			failed[c.Code] = true // what follows from this one follows from its cause
		} else {
			c.one(ctx, look, &r)
			failed[c.Code] = r.Status == health.Fail
		}
		results = append(results, r)
	}
	return results
}

// within gives up on a check that does not answer in time, such as one that looks at a disk that is gone. It ends
// with the program.
func (c Check) within(ctx context.Context, look Look) Finding {
	answer := make(chan Finding, 1)
	go func() { answer <- c.Run(ctx, look) }()
	select {
	case f := <-answer:
		return f
	case <-ctx.Done():
	}
	select {
	case f := <-answer: // it heard that the time was over
		return f
	case <-time.After(grace):
		return Wrong("check.slow", "code", c.Code)
	}
}

// grace is how long a check may take to say what it found when its time is over.
const grace = 200 * time.Millisecond

func (c Check) one(ctx context.Context, look Look, r *health.Result) {
	ctx, cancel := context.WithTimeout(ctx, Limit)
	defer cancel()
	began := time.Now()
	f := c.within(ctx, look)
	r.Status, r.Key, r.Args, r.MS = f.Status, f.Key, f.Args, time.Since(began).Milliseconds()
	switch f.Status {
	case health.Fail:
		r.Severity = c.Severity
	case health.Warn:
		r.Severity = "warning"
	}
}
