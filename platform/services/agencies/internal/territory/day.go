// Package territory holds the words and rules of units and agencies: what is in force on a day, who is below whom, what
// a search finds. It is pure: no SQL, no HTTP; everything is answered from an immutable Snapshot.
package territory

import (
	"encoding/json"
	"time"

	"egovctl/platform/kernel/clock"
)

// Day is a date of Việt Nam; the zero Day is open (no beginning known, or no end yet).
type Day struct{ time.Time }

// DayOf makes the Day of t; a zero t stays open.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return Day{}
	}
	return Day{clock.DayOf(t)}
}

// OnDate makes the Day of a calendar date.
func OnDate(year int, month time.Month, day int) Day { return Day{clock.Date(year, month, day)} }

// Column gives the date for a query, nil when open.
func (d Day) Column() any {
	if d.IsZero() {
		return nil
	}
	y, m, n := d.Time.Date()
	return time.Date(y, m, n, 0, 0, 0, 0, time.UTC)
}

// String writes 2025-07-01, "" when open.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(time.DateOnly)
}

// MarshalJSON writes "2025-07-01", null when open.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(d.String())
}

// MarshalText serves map keys and flags; it writes what String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// within reports whether day is in [from, to), where a zero end is open.
func within(day, from, to Day) bool {
	return (from.IsZero() || !day.Before(from.Time)) && (to.IsZero() || day.Before(to.Time))
}
