package main

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Verdict is what a row says of its limit.
type Verdict string

// The verdicts.
const (
	Pass    Verdict = "pass"
	Over    Verdict = "over"    // the whole interval is beyond the limit
	Unsure  Verdict = "unsure"  // the limit lies inside the interval: measure on a quieter host
	Noted   Verdict = "noted"   // no limit: reported
	Missing Verdict = "missing" // not measured
)

// Row is one line of the table. Floor and Ours are medians in Unit.
type Row struct {
	Operation string    `json:"operation"`
	Unit      string    `json:"unit,omitempty"` // ms, s, MB, bytes, or "" for a count
	Floor     *float64  `json:"floor"`
	Ours      *float64  `json:"ours"`
	Ratio     *Estimate `json:"ratio"`  // ours to floor, or floor to ours when Limit.AtLeast is set
	Spread    *Estimate `json:"spread"` // of ours, where there is no floor
	Limit     *Limit    `json:"limit"`
	Verdict   Verdict   `json:"verdict"`
	Note      string    `json:"note,omitempty"`
	broken    bool      // could not be measured, and that is no tool's absence
}

// Estimate is a median with its bootstrap interval.
type Estimate struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
}

// Limit bounds a row: its ratio if it has one, else ours.
type Limit struct {
	AtMost  float64 `json:"at_most,omitempty"`
	AtLeast float64 `json:"at_least,omitempty"`
	Count   bool    `json:"count,omitempty"` // the same in every run, so it may fail one
}

// judge fills in the verdict: the whole interval must lie on the right side of the limit.
func (r Row) judge() Row {
	if r.Verdict == Missing {
		return r
	}
	e := r.Ratio
	if e == nil {
		e = r.Spread
	}
	if e == nil && r.Ours != nil {
		e = &Estimate{*r.Ours, *r.Ours, *r.Ours}
	}
	switch {
	case r.Limit == nil || e == nil:
		r.Verdict = Noted
	case r.Limit.AtLeast > 0:
		r.Verdict = side(e.Low >= r.Limit.AtLeast, e.High < r.Limit.AtLeast)
	default:
		r.Verdict = side(e.High <= r.Limit.AtMost, e.Low > r.Limit.AtMost)
	}
	return r
}

func side(good, bad bool) Verdict {
	switch {
	case good:
		return Pass
	case bad:
		return Over
	}
	return Unsure
}

// fails reports whether the row fails the run.
func (r Row) fails() bool {
	return r.broken || r.Verdict == Over && r.Limit.Count
}

// compared is a row of two samples that took turns.
func compared(operation, unit string, p pairs, limit *Limit) Row {
	ratio := p.ratio()
	if limit != nil && limit.AtLeast > 0 {
		ratio = p.flipped().ratio()
	}
	return Row{Operation: operation, Unit: unit, Floor: new(median(p.floors())), Ours: new(median(p.ours())), Ratio: &ratio, Limit: limit}.judge()
}

// timed is a row of one sample.
func timed(operation, unit string, sample []float64, limit *Limit) Row {
	e := estimate(sample)
	return Row{Operation: operation, Unit: unit, Ours: &e.Median, Spread: &e, Limit: limit}.judge()
}

// counted is a row of one number that is the same every time.
func counted(operation, unit string, n float64, limit *Limit) Row {
	return Row{Operation: operation, Unit: unit, Ours: &n, Limit: limit}.judge()
}

// beside puts a floor without a limit next to a count.
func (r Row) beside(floor float64) Row { r.Floor = &floor; return r }

func (r Row) noted(format string, args ...any) Row { r.Note = fmt.Sprintf(format, args...); return r }

func missing(operation string, err error) Row {
	var absent *exec.Error
	tool := errors.As(err, &absent) && errors.Is(err, exec.ErrNotFound)
	return Row{Operation: operation, Verdict: Missing, Note: strings.Join(strings.Fields(err.Error()), " "), broken: !tool}
}
