package workcal

import (
	"time"

	"egovctl/platform/kernel/clock"
)

// Promise is a promised date that explains itself.
type Promise struct {
	Received        time.Time   `json:"received"`
	Term            Term        `json:"term"`
	HasDue          bool        `json:"has_due"`          // false for Other: an officer sets the date
	Due             time.Time   `json:"due"`              // in office hours of a working day
	Exact           time.Time   `json:"exact"`            // before rounding to the end of a working day; pauses count from here
	ToTheHour       bool        `json:"to_the_hour"`      // the time of day matters, not only the day
	Provisional     bool        `json:"provisional"`      // it rests on a day that is proposed or computed
	CalendarVersion string      `json:"calendar_version"` // of the calendar that counted last
	Regime          string      `json:"regime"`
	Trace           []TraceLine `json:"trace"`
}

// Due counts a time limit from its reception: the first day is not counted, and an end on a day off goes to the next
// working day (Bộ luật Dân sự 2015, Điều 147 and 148). Faults: those of Term.Check, and Invalid
// "deadlines.calendar.beyond" when reception or end are outside the years known.
func (c *Calendar) Due(received time.Time, term Term, rules Rules) (Promise, error) {
	if err := term.Check(); err != nil {
		return Promise{}, err
	}
	p := Promise{Received: received.In(clock.Vietnam), Term: term, ToTheHour: term.toTheHour(), CalendarVersion: c.version, Regime: rules.Regime}
	p.Trace = append(p.Trace, ruleLine(term), line("received", "at", showTime(p.Received)))
	if rules.Basis != "" {
		p.Trace = append(p.Trace, line("regime", "regime", rules.Regime, "basis", rules.Basis))
	}
	if rules.Pending {
		p.Trace = append(p.Trace, line("regime_pending", "regime", rules.Regime))
	}
	if term.Kind == Other {
		p.Trace = append(p.Trace, line("other", "text", term.Text))
		return p, nil
	}
	start, err := c.start(&p, rules)
	if err != nil {
		return Promise{}, err
	}
	if p.Exact, err = c.count(start, term); err != nil {
		return Promise{}, err
	}
	return p, c.settle(&p, c.firstExplained(p.Received, term, p.Exact), time.Time{})
}

// start is when counting begins: reception itself, or the opening of the next working day when the cutoff applies and
// the dossier came after it or on a day off.
func (c *Calendar) start(p *Promise, rules Rules) (time.Time, error) {
	n := numOf(p.Received)
	if !c.covered(n) {
		return time.Time{}, c.beyond()
	}
	late := p.Received.After(n.midnight().Add(time.Duration(rules.Cutoff) * time.Minute))
	if !rules.cuts(p.Term.Kind) || (c.worked(n) && !late) {
		return p.Received, nil
	}
	from, why := n, "moved.day_off"
	if c.worked(n) {
		from, why = n+1, "moved.cutoff"
	}
	next, err := c.roll(from)
	if err != nil {
		return time.Time{}, err
	}
	p.Trace = append(p.Trace, line(why, "cutoff", timeOfDay(rules.Cutoff), "date", showDate(next.midnight())))
	return c.opening(next), nil
}

// count adds the term to its start. What comes back is exact: for calendar days and months it may be a day off.
func (c *Calendar) count(start time.Time, term Term) (time.Time, error) {
	n := numOf(start)
	switch term.Kind {
	case WorkingHours:
		p, err := c.positionOf(start)
		if err != nil {
			return time.Time{}, err
		}
		return c.moment(p + position(term.minutes()))
	case WorkingDays:
		return c.moment(c.workingBefore(n+1)*DayMinutes + position(term.minutes()))
	case CalendarDays:
		return c.closing(n + dayNum(term.whole())), nil
	case Months:
		return c.closing(addMonths(n, term.Thousands)), nil
	default: // SameDay: start is a working day, for its cutoff always applies
		return c.closing(n), nil
	}
}

// addMonths goes to the same day number, or to the last day of a shorter month. A fraction counts thirty days to the
// month (Điều 146 Bộ luật Dân sự 2015: half a month is fifteen days), and never passes the next whole month.
func addMonths(n dayNum, thousands int64) dayNum {
	month := func(k int64) dayNum {
		y, m, d := n.midnight().Date()
		last := time.Date(y, m+time.Month(k)+1, 0, 0, 0, 0, 0, time.UTC)
		return numOf(clock.Date(last.Year(), last.Month(), min(d, last.Day())))
	}
	whole, rest := thousands/1000, thousands%1000
	if rest == 0 {
		return month(whole)
	}
	return min(month(whole)+dayNum((rest*30+999)/1000), month(whole+1))
}

// settle turns the exact end into the promised one, never earlier than floor, and explains the way there, from the
// first day to explain.
func (c *Calendar) settle(p *Promise, explain dayNum, floor time.Time) error {
	p.HasDue, p.Due = true, p.Exact
	day := numOf(p.Exact)
	if !p.ToTheHour {
		var err error
		if day, err = c.roll(day); err != nil {
			return err
		}
		p.Due = c.closing(day)
	}
	p.Due = later(p.Due, floor)
	lines, provisional := c.skips(explain, day)
	p.Trace = append(p.Trace, lines...)
	p.Provisional = p.Provisional || provisional
	p.CalendarVersion = c.version
	key := "due.day"
	if p.ToTheHour {
		key = "due.hour"
	}
	p.Trace = append(p.Trace, line(key, "at", showTime(p.Due), "date", showDate(p.Due)), line("calendar", "version", c.version))
	if p.Provisional {
		p.Trace = append(p.Trace, line("provisional"))
	}
	return nil
}

// firstExplained is the first day whose being off has moved the end: for calendar terms only the days at the end; for
// working days not the day of reception, which does not count anyhow, unless it was off itself.
func (c *Calendar) firstExplained(received time.Time, term Term, exact time.Time) dayNum {
	n := numOf(received)
	switch {
	case term.Kind == CalendarDays || term.Kind == Months:
		return numOf(exact)
	case term.Kind == WorkingDays && c.worked(n):
		return n + 1
	}
	return n
}

func ruleLine(term Term) TraceLine {
	return line("rule."+string(term.Kind), amount, term.Amount())
}
