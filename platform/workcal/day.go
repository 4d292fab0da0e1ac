// Package workcal counts time as the state counts it: which day is a working day, when a time limit ends, what a pause
// does to it, and why. It is pure: days come in as data, promises go out with their trace. The inner unit is the
// working minute, 480 to the day (Bộ luật Lao động 2019, Điều 105; national systems store hours and divide by eight).
package workcal

import (
	"time"

	"egovctl/platform/kernel/clock"
)

// DayKind is why a day is not what its weekday says.
type DayKind string

// The kinds of exception. Weekly is never stored: it is what Saturday and Sunday are when nothing else is said.
const (
	Holiday      DayKind = "holiday"      // nghỉ lễ, tết
	Compensation DayKind = "compensation" // nghỉ bù: the holiday fell on a weekly rest day
	Swap         DayKind = "swap"         // nghỉ hoán đổi: a working day given for a Saturday elsewhere
	MakeUp       DayKind = "make_up"      // làm bù: a rest day that is worked
	Working      DayKind = "working"      // the province says: worked after all
	Weekly       DayKind = "weekly"       // nghỉ hằng tuần
)

// DayKinds lists the kinds that a record may have.
func DayKinds() []DayKind { return []DayKind{Holiday, Compensation, Swap, MakeUp, Working} }

// Off reports whether a day of this kind is not worked.
func (k DayKind) Off() bool { return k != MakeUp && k != Working }

// Known reports whether a record may have this kind.
func (k DayKind) Known() bool {
	return k == Holiday || k == Compensation || k == Swap || k == MakeUp || k == Working
}

// The standing of a day: announced by the government, stated by law, still a proposal, or computed here from the law.
const (
	Official  = "official"
	Statutory = "statutory"
	Proposed  = "proposed"
	Computed  = "computed"
)

// Day is an exception of the calendar. NameKey, when set, is a message key for the name, so that it can be told in
// either language; Name is then its Vietnamese.
type Day struct {
	Date    time.Time
	Kind    DayKind
	Name    string
	NameKey string
	Basis   string
	Status  string
}

// settled reports whether a day's standing can still change without the law changing.
func (d Day) settled() bool { return d.Status == Official || d.Status == Statutory || d.Status == "" }

// dayNum is a civil day: days since 1 January 1970.
type dayNum int

func numOf(t time.Time) dayNum {
	y, m, d := t.In(clock.Vietnam).Date()
	return dayNum(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// midnight of n in Việt Nam.
func (n dayNum) midnight() time.Time {
	y, m, d := time.Unix(int64(n)*86400, 0).UTC().Date()
	return clock.Date(y, m, d)
}

func (n dayNum) weekend() bool {
	w := n.midnight().Weekday()
	return w == time.Saturday || w == time.Sunday
}
