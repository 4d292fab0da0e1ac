package workcal

import (
	"math"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
)

// TermKind is how a time limit counts: the time units of the national procedure database.
type TermKind string

// The kinds.
const (
	WorkingDays  TermKind = "working_days"
	CalendarDays TermKind = "calendar_days"
	Months       TermKind = "months"
	WorkingHours TermKind = "working_hours"
	SameDay      TermKind = "same_day"
	Other        TermKind = "other" // words; an official sets the date
)

// TermKinds lists the kinds.
func TermKinds() []TermKind {
	return []TermKind{WorkingDays, CalendarDays, Months, WorkingHours, SameDay, Other}
}

// Term is a time limit; Thousands is the amount times 1,000, so that 3.5 days is exact.
type Term struct {
	Kind      TermKind `json:"kind"`
	Thousands int64    `json:"thousands,omitempty"`
	Text      string   `json:"text,omitempty"`
}

// units as they are written in a command or a query.
var units = map[string]TermKind{
	"wd": WorkingDays, "d": CalendarDays, "m": Months, "h": WorkingHours,
}

// longest is the largest amount that is taken for a time limit: ten years in any unit.
var longest = map[TermKind]int64{WorkingDays: 2600, CalendarDays: 3653, Months: 120, WorkingHours: 2600 * 8}

// ParseTerm reads "5wd", "3.5wd", "30d", "2m", "24h", "same_day" and "other" (decimal point or comma). Faults, all
// Invalid and at field "term": "deadlines.term.unit" for a number without unit, "deadlines.term.form" for anything
// else unreadable, "deadlines.term.amount" for zero, negative, or more than ten years.
func ParseTerm(s string) (Term, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == string(SameDay) || s == string(Other) {
		return Term{Kind: TermKind(s)}, nil
	}
	end := 0
	for end < len(s) && strings.IndexByte("-+0123456789.,", s[end]) >= 0 {
		end++
	}
	amount, ok := thousands(s[:end])
	if !ok {
		return Term{}, fault.New(fault.Invalid, "deadlines.term.form", "value", s).At("term")
	}
	unit := strings.TrimSpace(s[end:])
	if unit == "" {
		return Term{}, fault.New(fault.Invalid, "deadlines.term.unit", "value", s).At("term")
	}
	kind, ok := units[unit]
	if !ok {
		return Term{}, fault.New(fault.Invalid, "deadlines.term.form", "value", s).At("term")
	}
	t := Term{Kind: kind, Thousands: amount}
	return t, t.Check()
}

// thousands reads a decimal number of at most three decimals, times 1,000.
func thousands(s string) (int64, bool) {
	whole, frac, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if whole == "" || len(frac) > 3 || strings.ContainsAny(frac, "+-.,") {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(frac + "000")[:3], 10, 64)
	return n, err == nil && n < math.MaxInt64/1000
}

// Check refuses an unknown kind and an amount that is no time limit.
func (t Term) Check() error {
	if t.Kind == SameDay || t.Kind == Other {
		return nil
	}
	limit, ok := longest[t.Kind]
	if !ok {
		return fault.New(fault.Invalid, "deadlines.term.kind", "kind", string(t.Kind)).At("term")
	}
	if t.Thousands <= 0 || t.Thousands > limit*1000 {
		return fault.New(fault.Invalid, "deadlines.term.amount", "value", t.String()).At("term")
	}
	return nil
}

// String writes the term as ParseTerm reads it.
func (t Term) String() string {
	for unit, kind := range units {
		if kind == t.Kind {
			return t.Amount() + unit
		}
	}
	return string(t.Kind)
}

// Amount writes the number with a decimal point, without trailing zeros: "3.5".
func (t Term) Amount() string { return strconv.FormatFloat(float64(t.Thousands)/1000, 'f', -1, 64) }

// whole is the amount rounded up to whole units.
func (t Term) whole() int64 { return (t.Thousands + 999) / 1000 }

// minutes is the amount in working minutes, rounded up.
func (t Term) minutes() int64 {
	per := int64(DayMinutes)
	if t.Kind == WorkingHours {
		per = 60
	}
	return (t.Thousands*per + 999) / 1000
}

// toTheHour reports whether the end of the term is a time of day, not just a day.
func (t Term) toTheHour() bool {
	return t.Kind == WorkingHours || (t.Kind == WorkingDays && t.Thousands%1000 != 0)
}
