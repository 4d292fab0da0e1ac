package workcal

import (
	"time"

	"egovctl/platform/kernel/fault"
)

// A position is a count of working minutes since the calendar's first day: a moment without nights, weekends and
// holidays. Adding to a position is how every working time limit is counted, in constant time.
type position int64

func (c *Calendar) covered(n dayNum) bool {
	return n >= c.first && int(n-c.first) < len(c.before)-1
}

func (c *Calendar) beyond() error {
	first, last := c.Covers()
	return fault.New(fault.Invalid, "deadlines.calendar.beyond", "from", showDate(first), "to", showDate(last))
}

// workingBefore is the number of working days before n.
func (c *Calendar) workingBefore(n dayNum) position { return position(c.before[n-c.first]) }

func (c *Calendar) positionOf(t time.Time) (position, error) {
	n := numOf(t)
	if !c.covered(n) {
		return 0, c.beyond()
	}
	p := c.workingBefore(n) * DayMinutes
	if c.worked(n) {
		p += position(c.hours.elapsed(minuteOf(t)))
	}
	return p, nil
}

// moment is the earliest time at which p is reached: the end of a day rather than the opening of the next.
func (c *Calendar) moment(p position) (time.Time, error) {
	if p <= 0 || int((p-1)/DayMinutes) >= len(c.work) {
		return time.Time{}, c.beyond()
	}
	n, r := c.work[(p-1)/DayMinutes], int((p-1)%DayMinutes)+1
	return n.midnight().Add(time.Duration(c.hours.moment(r)) * time.Minute), nil
}

// roll is the first working day at or after n.
func (c *Calendar) roll(n dayNum) (dayNum, error) {
	if !c.covered(n) {
		return 0, c.beyond()
	}
	i := int(c.workingBefore(n))
	if i >= len(c.work) {
		return 0, c.beyond()
	}
	return c.work[i], nil
}

func (c *Calendar) opening(n dayNum) time.Time {
	return n.midnight().Add(time.Duration(c.hours.opening()) * time.Minute)
}

func (c *Calendar) closing(n dayNum) time.Time {
	return n.midnight().Add(time.Duration(c.hours.closing()) * time.Minute)
}

// Add counts minutes of working time on from t. Fault: Invalid "deadlines.calendar.beyond" past the last year known.
func (c *Calendar) Add(t time.Time, minutes int64) (time.Time, error) {
	p, err := c.positionOf(t)
	if err != nil {
		return time.Time{}, err
	}
	if minutes == 0 {
		return t, nil
	}
	return c.moment(p + position(minutes))
}

// Between is the working minutes from a to b, negative when b is earlier. Fault: as Add.
func (c *Calendar) Between(a, b time.Time) (int64, error) {
	from, err := c.positionOf(a)
	if err != nil {
		return 0, err
	}
	to, err := c.positionOf(b)
	return int64(to - from), err
}

// WorkingDays counts the working days from one date to another, both included. Fault: as Add.
func (c *Calendar) WorkingDays(from, to time.Time) (int, error) {
	a, b := numOf(from), numOf(to)
	if !c.covered(a) || !c.covered(b) {
		return 0, c.beyond()
	}
	if b < a {
		return 0, nil
	}
	return int(c.workingBefore(b+1) - c.workingBefore(a)), nil
}
