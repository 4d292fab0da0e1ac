package wire

import (
	"fmt"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
)

// translate writes message and cure of each result in the person's language.
func (e *Env) translate(results []health.Result) {
	for i := range results {
		r := &results[i]
		args := shown(r.Args)
		r.Message = e.Texts.Fill(e.Lang, r.Key, args)
		if cure := r.Key + ".cure"; r.Status != health.Pass && e.Texts.Has(e.Lang, cure) {
			r.Cure = e.Texts.Fill(e.Lang, cure, args)
		}
	}
}

// Answer is the shape of `health`, `preflight` and `doctor` -o json. Version is of the release that runs, or of this program
// where none does.
type Answer struct {
	Status  string          `json:"status"`
	Version string          `json:"version"`
	Checks  []health.Result `json:"checks"`
}

// ShowFindings prints results and returns the fault that their worst deserves: key names its message.
func (e *Env) ShowFindings(results []health.Result, key string) error {
	e.translate(results)
	bad := 0
	for _, r := range results {
		if r.Status == health.Fail {
			bad++
		}
	}
	overall := health.Overall(results)
	if e.JSON() {
		if err := e.Print(Answer{Status: overall, Version: e.runs(), Checks: results}); err != nil {
			return err
		}
	} else if err := e.tellFindings(results); err != nil {
		return err
	}
	if overall != "unhealthy" {
		return nil
	}
	err := error(fault.New(fault.Finding, key, "n", bad))
	if e.JSON() {
		return &Told{err}
	}
	return err
}

func (e *Env) tellFindings(results []health.Result) error {
	marks := map[health.Status]string{
		health.Pass: e.Paint(term.Good, "✓"), health.Warn: e.Paint(term.Warning, "!"),
		health.Fail: e.Paint(term.Bad, "✗"), health.Skip: e.Paint(term.Faint, "-"),
	}
	for _, r := range results {
		if r.Status == health.Skip && r.CausedBy != "" && !e.Flags.Verbose {
			continue // folded under its cause
		}
		if _, err := fmt.Fprintf(e.Out, "%s %-8s %s\n", marks[r.Status], e.T("check.status."+string(r.Status)), r.Message); err != nil {
			return err
		}
		if r.Cure != "" {
			if _, err := fmt.Fprintf(e.Out, "           %s %s\n", e.T("cli.cure"), r.Cure); err != nil {
				return err
			}
		}
	}
	return nil
}
