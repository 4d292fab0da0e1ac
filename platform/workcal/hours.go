package workcal

import (
	"fmt"
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// DayMinutes is a working day: eight hours.
const DayMinutes = 480

// Hours is the office hours of a working day, in minutes after midnight. They sum to DayMinutes, so that a day is a
// day whichever hours a province keeps.
type Hours struct{ spans []span }

type span struct{ from, to int }

// DefaultHours is 07:30-11:30 and 13:30-17:30.
func DefaultHours() Hours { return Hours{spans: []span{{450, 690}, {810, 1050}}} }

// ParseHours reads "07:30-11:30,13:30-17:30": spans in order, eight hours together. Faults: Invalid
// "deadlines.hours.form" and "deadlines.hours.total".
func ParseHours(s string) (Hours, error) {
	var h Hours
	total, last := 0, -1
	for part := range strings.SplitSeq(s, ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(part), "-")
		from, okFrom := ParseTimeOfDay(a)
		to, okTo := ParseTimeOfDay(b)
		if !ok || !okFrom || !okTo || from >= to || from <= last {
			return Hours{}, fault.New(fault.Invalid, "deadlines.hours.form", "value", s)
		}
		h.spans = append(h.spans, span{from, to})
		total += to - from
		last = to
	}
	if total != DayMinutes {
		return Hours{}, fault.New(fault.Invalid, "deadlines.hours.total", "value", s, "minutes", total)
	}
	return h, nil
}

// ParseTimeOfDay reads "15:00" as minutes after midnight.
func ParseTimeOfDay(s string) (int, bool) {
	t, err := time.Parse("15:04", strings.TrimSpace(s))
	return t.Hour()*60 + t.Minute(), err == nil
}

// String is the form that ParseHours reads.
func (h Hours) String() string {
	parts := make([]string, len(h.spans))
	for i, s := range h.spans {
		parts[i] = timeOfDay(s.from) + "-" + timeOfDay(s.to)
	}
	return strings.Join(parts, ",")
}

func timeOfDay(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func (h Hours) opening() int { return h.spans[0].from }
func (h Hours) closing() int { return h.spans[len(h.spans)-1].to }

// elapsed is the working minutes of a day that are over at m minutes after midnight.
func (h Hours) elapsed(m int) int {
	sum := 0
	for _, s := range h.spans {
		sum += min(max(m-s.from, 0), s.to-s.from)
	}
	return sum
}

// moment is the earliest minute of a day at which r working minutes are over; r is 1..DayMinutes.
func (h Hours) moment(r int) int {
	for _, s := range h.spans {
		if r <= s.to-s.from {
			return s.from + r
		}
		r -= s.to - s.from
	}
	return h.closing()
}

// minuteOf rounds up to the minute: nobody is promised less than the whole of his time limit.
func minuteOf(t time.Time) int {
	t = t.In(clock.Vietnam)
	m := t.Hour()*60 + t.Minute()
	if t.Second() > 0 || t.Nanosecond() > 0 {
		m++
	}
	return m
}
