// Package clock tells the time of Việt Nam: UTC+7, without daylight saving. Dossier codes,
// deadlines and registers are all in this zone.
package clock

import "time"

// Vietnam is UTC+7. It is fixed, so no zone database is needed on the host.
var Vietnam = time.FixedZone("ICT", 7*60*60)

// Clock gives the present moment; rules take one so that tests can hold it still.
type Clock interface{ Now() time.Time }

// System is the host's clock, in the zone of Việt Nam.
type System struct{}

// Now returns the present moment in the zone of Việt Nam.
func (System) Now() time.Time { return time.Now().In(Vietnam) }

// Fixed always tells the same moment.
type Fixed time.Time

// Now returns the fixed moment in the zone of Việt Nam.
func (f Fixed) Now() time.Time { return time.Time(f).In(Vietnam) }

// Date is midnight of a day in Việt Nam.
func Date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, Vietnam)
}

// DayOf returns midnight of t's day in Việt Nam.
func DayOf(t time.Time) time.Time {
	y, m, d := t.In(Vietnam).Date()
	return Date(y, m, d)
}

// ParseDate reads an ISO date (2006-01-02) as midnight in Việt Nam.
func ParseDate(s string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, s, Vietnam)
}
