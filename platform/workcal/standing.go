package workcal

import "time"

// Standing is how a dossier stands against its promised date (sớm hạn, đúng hạn, quá hạn).
type Standing string

// The standings: three of finished work, three of open work, and one of work without a date.
const (
	Early   Standing = "early"    // trước hạn
	OnTime  Standing = "on_time"  // đúng hạn
	Late    Standing = "late"     // quá hạn, finished
	InTime  Standing = "in_time"  // trong hạn
	DueSoon Standing = "due_soon" // sắp đến hạn
	Overdue Standing = "overdue"  // quá hạn, still open
	NoDate  Standing = "no_date"  // chưa ấn định ngày trả
)

// Finished classifies work that ended (national status 9, or the final refusal): before the due day early, on it on
// time, after it late; for a time limit to the hour the clock hour takes the place of the day.
func Finished(due, finish time.Time, toTheHour bool) Standing {
	d, f := slot(due, toTheHour), slot(finish, toTheHour)
	switch {
	case f < d:
		return Early
	case f == d:
		return OnTime
	}
	return Late
}

// slot numbers the day, or the clock hour, in Việt Nam.
func slot(t time.Time, toTheHour bool) int64 {
	if toTheHour {
		return (t.Unix() + 7*3600) / 3600
	}
	return int64(numOf(t))
}

// Open classifies work that goes on: overdue once finishing now would be late, due soon when at most soon working
// minutes are left (one working day is usual), else in time. Fault: Invalid "deadlines.calendar.beyond".
func (c *Calendar) Open(due, now time.Time, toTheHour bool, soon int64) (Standing, error) {
	if Finished(due, now, toTheHour) == Late {
		return Overdue, nil
	}
	left, err := c.Between(now, due)
	if err != nil {
		return "", err
	}
	if left <= soon {
		return DueSoon, nil
	}
	return InTime, nil
}

// Left tells the time that remains in whole working days and minutes beyond them; both are negative or zero when the
// date has passed.
func (c *Calendar) Left(due, now time.Time) (days int, minutes int, err error) {
	left, err := c.Between(now, due)
	return int(left / DayMinutes), int(left % DayMinutes), err
}
