package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Ask says what of an inbox is wanted. Agency is an identifier, "" for the first one where by works; State "" is what
// waits for by; Cursor is what the page before gave.
type Ask struct {
	Agency  string
	State   string
	Overdue bool
	Cursor  string
	Limit   int
	Count   int // also count what stands in each state, up to Count; 0 does not
}

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

// Inbox is a page of a list.
type Inbox struct {
	Agency     Agency
	Workplaces []Agency // where the reader works
	Items      []Item
	Next       string                 // cursor of the next page, "" on the last
	Counts     map[workflow.State]int // when asked for
}

// Inbox lists what waits for by, or what stands in a state at the agency, the most urgent first. Faults: Forbidden
// "onestop.inbox.elsewhere" for an agency where by does not work, Invalid "onestop.inbox.state" and "web.cursor".
func (s *Desk) Inbox(ctx context.Context, by who.Principal, ask Ask) (Inbox, error) {
	var out Inbox
	err := s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		out, err = s.inbox(ctx, tx, by, ask)
		return err
	})
	return out, err
}

func (s *Desk) inbox(ctx context.Context, tx pgx.Tx, by who.Principal, ask Ask) (Inbox, error) {
	q := store.Query{State: workflow.State(ask.State), Limit: ask.Limit + 1}
	var err error
	if q.After, err = position(ask.Cursor); err != nil {
		return Inbox{}, err
	}
	if _, known := workflow.Standard().Step(q.State); q.State != "" && !known {
		return Inbox{}, fault.New(fault.Invalid, "onestop.inbox.state", "state", ask.State).At("state")
	}
	agency, err := s.workplace(ctx, tx, by, ask.Agency)
	if err != nil {
		return Inbox{}, err
	}
	q.Agency = agency.ID
	q.Desks, q.Officer = waits(by, agency.ID)
	now := s.Clock.Now()
	if ask.Overdue {
		q.Before = now
	}
	lines, err := s.Store.List(ctx, tx, q)
	if err != nil {
		return Inbox{}, err
	}
	out := Inbox{Agency: agency}
	if len(lines) > ask.Limit {
		lines = lines[:ask.Limit]
		last := lines[ask.Limit-1]
		out.Next = cursor(last.RankAt, last.ID)
	}
	if out.Items, err = s.items(ctx, tx, lines, now); err != nil {
		return out, err
	}
	if ask.Count > 0 {
		if out.Counts, err = s.Store.Tally(ctx, tx, agency.ID, States(), ask.Count); err != nil {
			return out, err
		}
	}
	out.Workplaces, err = s.agenciesOf(ctx, tx, workplaces(by))
	return out, err
}

// workplaces are the agencies where by holds a position.
func workplaces(by who.Principal) []int32 {
	var ids []int32
	for _, p := range by.Positions {
		if !slices.Contains(ids, p.Agency) {
			ids = append(ids, p.Agency)
		}
	}
	return ids
}

// waits are the roles of by at an agency whose work is anybody's, and the account if by appraises there.
func waits(by who.Principal, agency int32) (desks []who.Role, officer string) {
	for _, p := range by.Positions {
		switch {
		case p.Agency != agency || slices.Contains(desks, p.Role):
		case p.Role == who.Officer:
			officer = by.Account
		default:
			desks = append(desks, p.Role)
		}
	}
	return desks, officer
}

// workplace is the agency whose inbox is asked for: one where by works.
func (s *Desk) workplace(ctx context.Context, tx pgx.Tx, by who.Principal, identifier string) (Agency, error) {
	if identifier == "" {
		if len(by.Positions) == 0 {
			return Agency{}, fault.New(fault.Forbidden, "onestop.inbox.nowhere")
		}
		return s.Agencies.ByID(ctx, tx, by.Positions[0].Agency)
	}
	a, err := s.Agencies.ByIdentifier(ctx, tx, identifier)
	if err != nil || !slices.ContainsFunc(by.Positions, func(p who.Position) bool { return p.Agency == a.ID }) {
		return Agency{}, unless(err, fault.New(fault.Forbidden, "onestop.inbox.elsewhere", "agency", identifier).At("agency"))
	}
	return a, nil
}

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

// States lists the states of the standard workflow in its order.
func States() []workflow.State {
	steps := workflow.Standard().Steps
	out := make([]workflow.State, 0, len(steps))
	for _, st := range steps {
		out = append(out, st.State)
	}
	return out
}

// Mine is the citizen's own list.
type Mine struct {
	Items   []Item
	Notices []dossier.Notice
	Next    string
}

const noticesShown = 6

// Mine lists by's own dossiers, the newest first, with the latest notices on the first page.
func (s *Desk) Mine(ctx context.Context, by who.Principal, after string, limit int) (Mine, error) {
	var out Mine
	pos, err := position(after)
	if err != nil {
		return out, err
	}
	err = s.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		lines, err := s.Store.Mine(ctx, tx, by.Account, pos, limit+1)
		if err != nil {
			return err
		}
		if len(lines) > limit {
			lines = lines[:limit]
			out.Next = cursor(lines[limit-1].SubmittedAt, lines[limit-1].ID)
		}
		if out.Items, err = s.items(ctx, tx, lines, s.Clock.Now()); err != nil || after != "" {
			return err
		}
		out.Notices, err = s.Store.Notices(ctx, tx, by.Account, noticesShown)
		return err
	})
	return out, err
}

// cursor and position write and read where a page ended.
func cursor(at time.Time, id string) string { return at.UTC().Format(time.RFC3339Nano) + " " + id }

func position(s string) (store.Position, error) {
	if s == "" {
		return store.Position{}, nil
	}
	at, id, ok := strings.Cut(s, " ")
	t, err := time.Parse(time.RFC3339Nano, at)
	if !ok || err != nil || len(id) != 36 || strings.Trim(id, "0123456789abcdef-") != "" || strings.Count(id, "-") != 4 {
		return store.Position{}, fault.New(fault.Invalid, "web.cursor").At("cursor")
	}
	return store.Position{At: t, ID: id}, nil
}
