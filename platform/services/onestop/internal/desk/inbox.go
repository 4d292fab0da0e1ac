package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/store"
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
	if q.State != "" && !slices.Contains(s.States(), q.State) {
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
		if out.Counts, err = s.Store.Tally(ctx, tx, agency.ID, s.States(), ask.Count); err != nil {
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

// States lists every state in which a dossier can be, in the order of the workflow.
func (s *Desk) States() []workflow.State {
	steps := s.Workflows.Steps()
	out := make([]workflow.State, len(steps))
	for i, st := range steps {
		out[i] = st.State
	}
	return out
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
