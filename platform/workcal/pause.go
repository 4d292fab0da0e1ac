package workcal

import (
	"strconv"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// Pause is a time in which the clock stood still: from the request for a supplement, or for payment, until the answer.
type Pause struct {
	From, To time.Time
	Restart  bool   // the full dossier came back: the time limit starts from zero (NĐ 61/2018 Điều 19.4)
	Reason   string // message key of why, for the trace; "" for a plain pause
}

// Resume moves a promise over a pause. What was left when the clock stopped is left when it goes on: working time for
// terms in working days and hours, calendar days for the others; a restart counts the whole term again from To. The
// new date is never earlier than the old one, and counts with this calendar only from the pause on. Faults: Invalid
// "deadlines.pause.order" when the pause ends before it begins or begins before reception, "deadlines.calendar.beyond".
func (c *Calendar) Resume(p Promise, pause Pause, rules Rules) (Promise, error) {
	if pause.To.Before(pause.From) || pause.From.Before(p.Received) {
		return Promise{}, fault.New(fault.Invalid, "deadlines.pause.order", "from", showTime(pause.From), "to", showTime(pause.To))
	}
	p.Trace = append([]TraceLine(nil), p.Trace...)
	if !p.HasDue {
		p.Trace = append(p.Trace, line("pause.plain", "from", showTime(pause.From), "to", showTime(pause.To)))
		return p, nil
	}
	if pause.Restart {
		return c.restart(p, pause, rules)
	}
	before := p.Exact
	if p.Term.Kind == CalendarDays || p.Term.Kind == Months {
		days := int(numOf(pause.To) - numOf(pause.From))
		p.Exact = p.Exact.In(clock.Vietnam).AddDate(0, 0, days)
		p.Trace = append(p.Trace, pauseLine("pause.days", pause, strconv.Itoa(days)))
	} else {
		minutes, err := c.Between(pause.From, pause.To)
		if err != nil {
			return Promise{}, err
		}
		if p.Exact, err = c.Add(p.Exact, minutes); err != nil {
			return Promise{}, err
		}
		p.Trace = append(p.Trace, pauseLine("pause.minutes", pause, showMinutes(minutes)))
	}
	p.Exact = later(p.Exact, before)
	return p, c.resettle(&p)
}

// restart counts the term anew, and keeps the old end where it is later (after an earlier long pause).
func (c *Calendar) restart(p Promise, pause Pause, rules Rules) (Promise, error) {
	again, err := c.Due(pause.To, p.Term, rules)
	if err != nil {
		return Promise{}, err
	}
	p.Trace = append(p.Trace, pauseLine("pause.restart", pause, ""))
	if !again.Exact.After(p.Exact) {
		return p, c.resettle(&p)
	}
	old := p.Due
	p.Exact = again.Exact
	return p, c.settle(&p, c.firstExplained(pause.To, p.Term, p.Exact), old)
}

// resettle explains only what is new: the days between the old end and the new one.
func (c *Calendar) resettle(p *Promise) error {
	old := p.Due
	from := numOf(old) + 1
	if p.Term.Kind == CalendarDays || p.Term.Kind == Months {
		from = max(from, numOf(p.Exact))
	}
	return c.settle(p, from, old)
}

func pauseLine(key string, pause Pause, length string) TraceLine {
	t := line(key, "from", showTime(pause.From), "to", showTime(pause.To), "length", length)
	reason := pause.Reason
	if reason == "" {
		reason = "deadlines.pause.reason.plain"
	}
	t.Keys = map[string]string{"reason": reason}
	return t
}

// showMinutes writes working time as hours and minutes: "12:30".
func showMinutes(m int64) string {
	s := strconv.FormatInt(m%60, 10)
	if len(s) < 2 {
		s = "0" + s
	}
	return strconv.FormatInt(m/60, 10) + ":" + s
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
