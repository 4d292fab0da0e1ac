package workcal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Input is what a calendar is made of.
type Input struct {
	Days      []Day   // exceptions, at most one a date
	Announced []int   // the years whose Days are the whole list: nothing is computed for them
	Lunar     []Lunar // for the years that are computed
	Hours     Hours   // zero: DefaultHours
}

// Calendar answers which day is worked and counts in working time. It is read-only; every question is answered from
// tables made once.
type Calendar struct {
	hours   Hours
	days    map[dayNum]Day
	first   dayNum   // the first day covered
	before  []int32  // before[i]: the working days before day first+i; one longer than the days covered
	work    []dayNum // the working days, in order
	version string
}

// New makes a calendar for every year that is announced or has lunar dates. A year that is not announced is computed,
// and a record in Days then stands in place of the computed day of its date. Faults: Invalid "deadlines.day.kind",
// "deadlines.day.twice", "deadlines.calendar.empty", "deadlines.calendar.gap".
func New(in Input) (*Calendar, error) {
	c := &Calendar{hours: in.Hours, days: map[dayNum]Day{}}
	if len(c.hours.spans) == 0 {
		c.hours = DefaultHours()
	}
	years := map[int]bool{}
	for _, y := range in.Announced {
		years[y] = true
	}
	for _, l := range in.Lunar {
		if years[l.Year] {
			continue
		}
		years[l.Year] = true
		for _, d := range StatutoryDays(l.Year, l) {
			c.days[numOf(d.Date)] = d
		}
	}
	if err := c.record(in.Days); err != nil {
		return nil, err
	}
	if err := c.cover(slices.Sorted(maps.Keys(years))); err != nil {
		return nil, err
	}
	c.version = c.digest()
	return c, nil
}

func (c *Calendar) record(days []Day) error {
	seen := make(map[dayNum]bool, len(days))
	for _, d := range days {
		n := numOf(d.Date)
		if !d.Kind.Known() {
			return fault.New(fault.Invalid, "deadlines.day.kind", "kind", string(d.Kind), "date", d.Date.Format(time.DateOnly))
		}
		if seen[n] {
			return fault.New(fault.Invalid, "deadlines.day.twice", "date", d.Date.Format(time.DateOnly))
		}
		seen[n] = true
		d.Date = n.midnight()
		c.days[n] = d
	}
	return nil
}

func (c *Calendar) cover(years []int) error {
	if len(years) == 0 {
		return fault.New(fault.Invalid, "deadlines.calendar.empty")
	}
	from, to := years[0], years[len(years)-1]
	if to-from+1 != len(years) {
		return fault.New(fault.Invalid, "deadlines.calendar.gap", "from", from, "to", to)
	}
	c.first = numOf(clock.Date(from, time.January, 1))
	end := numOf(clock.Date(to+1, time.January, 1))
	c.before = make([]int32, 0, end-c.first+1)
	for n := c.first; n < end; n++ {
		c.before = append(c.before, int32(len(c.work)))
		if c.worked(n) {
			c.work = append(c.work, n)
		}
	}
	c.before = append(c.before, int32(len(c.work)))
	return nil
}

func (c *Calendar) worked(n dayNum) bool {
	if d, ok := c.days[n]; ok {
		return !d.Kind.Off()
	}
	return !n.weekend()
}

// digest names the content: same working days, same hours, same reasons, same version.
func (c *Calendar) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "hours %s\nfirst %d\ndays %d\n", c.hours, c.first, len(c.before))
	for _, n := range slices.Sorted(maps.Keys(c.days)) {
		d := c.days[n]
		fmt.Fprintf(h, "%d %s %s %q %q\n", n, d.Kind, d.Status, d.Name, d.Basis)
	}
	return "c" + hex.EncodeToString(h.Sum(nil))[:12]
}

// Version is a digest of everything that can move a due date: the letter c and 12 hexadecimal digits. The letter keeps
// it from ever looking like a number of 12 digits, which is what identifies a person.
func (c *Calendar) Version() string { return c.version }

// Hours is the office hours.
func (c *Calendar) Hours() Hours { return c.hours }

// Covers is the first and the last day that the calendar knows.
func (c *Calendar) Covers() (first, last time.Time) {
	return c.first.midnight(), (c.first + dayNum(len(c.before)) - 2).midnight()
}

// Day tells what a date is: the recorded or computed exception, or a plain working day or weekly rest day.
func (c *Calendar) Day(date time.Time) Day {
	n := numOf(date)
	if d, ok := c.days[n]; ok {
		return d
	}
	if n.weekend() {
		return Day{Date: n.midnight(), Kind: Weekly}
	}
	return Day{Date: n.midnight(), Kind: Working}
}

// Exceptions lists the recorded and computed days from one date to another, both included, in order.
func (c *Calendar) Exceptions(from, to time.Time) []Day {
	var out []Day
	for n, end := numOf(from), numOf(to); n <= end; n++ {
		if d, ok := c.days[n]; ok {
			out = append(out, d)
		}
	}
	return out
}

// IsWorking reports whether a date is worked.
func (c *Calendar) IsWorking(date time.Time) bool { return c.worked(numOf(date)) }
