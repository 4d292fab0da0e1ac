package desk

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Item is a line of a list. DaysLeft counts working days: 0 is today, negative is overdue.
type Item struct {
	store.Line
	HasDue   bool
	DaysLeft int
	Standing workcal.Standing
}

// Overdue reports whether the promised date has passed while the work goes on.
func (i Item) Overdue() bool { return i.Standing == workcal.Overdue }

// LeftKey is the message key of how long is left, and LeftN its number of working days.
func (i Item) LeftKey() string {
	switch {
	case !i.HasDue:
		return "onestop.left.none"
	case i.Standing == workcal.NoDate:
		return "onestop.left.over"
	case !i.PausedAt.IsZero() && i.Overdue():
		return "onestop.left.paused_late"
	case !i.PausedAt.IsZero():
		return "onestop.left.paused"
	case i.Overdue() && i.DaysLeft == 0:
		return "onestop.left.late_today"
	case i.Overdue():
		return "onestop.left.late"
	case i.DaysLeft == 0:
		return "onestop.left.today"
	}
	return "onestop.left.days"
}

// LeftN is the number of working days that LeftKey speaks of.
func (i Item) LeftN() int { return max(i.DaysLeft, -i.DaysLeft) }

// items says of each line how it stands to its promise.
func (s *Desk) items(ctx context.Context, tx pgx.Tx, lines []store.Line, now time.Time) ([]Item, error) {
	if len(lines) == 0 {
		return nil, nil
	}
	cal, err := s.Deadlines.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Item, 0, len(lines))
	for _, l := range lines {
		it := Item{Line: l, HasDue: !l.DueAt.IsZero(), Standing: workcal.NoDate}
		at := now
		if !l.PausedAt.IsZero() {
			at = l.PausedAt
		}
		if it.HasDue {
			it.DaysLeft = daysLeft(cal, l.DueAt, at)
			it.Standing = standing(cal, l.DueAt, at, l.DueByHour)
		}
		if l.Status == workflow.NationalFinished || workflow.NationalFinal(l.Status) {
			it.Standing = workcal.NoDate // the handling is over
		}
		out = append(out, it)
	}
	return out, nil
}

// daysLeft counts the working days after today up to the promised one, or back from today to it.
func daysLeft(cal *workcal.Calendar, due, now time.Time) int {
	d, t := clock.DayOf(due), clock.DayOf(now)
	from, to, sign := t, d, 1
	if d.Before(t) {
		from, to, sign = d, t, -1
	}
	n, err := cal.WorkingDays(from.AddDate(0, 0, 1), to)
	if err != nil { // outside the years known: plain days are the honest answer
		n = int(to.Sub(from).Hours() / 24)
	}
	return sign * n
}

// standing of open work. A year that the calendar does not know has no "due soon".
func standing(cal *workcal.Calendar, due, now time.Time, byHour bool) workcal.Standing {
	st, err := cal.Open(due, now, byHour, workcal.DayMinutes)
	if err != nil {
		return workcal.InTime
	}
	return st
}
