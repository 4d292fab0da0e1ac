package deadlines

import (
	"time"

	"egovctl/platform/packaged"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/workcal"
)

// ParseTerm reads "5wd", "3.5wd", "30d", "2m", "24h", "same_day" and "other". Faults, all Invalid and at field "term":
// "deadlines.term.unit" for a number without unit, "deadlines.term.form", "deadlines.term.amount".
func ParseTerm(s string) (packaged.Term, error) {
	t, err := workcal.ParseTerm(s)
	return packaged.Term{Kind: packaged.TermKind(t.Kind), Thousands: t.Thousands, Text: t.Text}, err
}

// ParseReceived reads "2026-02-13T09:00", "2026-02-13 09:00" and RFC 3339 as a moment in Việt Nam; a date alone is its
// morning at 08:00. Fault: Invalid "deadlines.received.form" at field "received".
func ParseReceived(s string) (time.Time, error) { return almanac.ParseReceived(s) }

// TermOf turns a time limit of the catalogue into one that workcal counts.
func TermOf(t packaged.Term) workcal.Term { return almanac.TermOf(t) }
