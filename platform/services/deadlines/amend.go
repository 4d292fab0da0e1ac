package deadlines

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/deadlines/internal/store"
)

// Change is what an amendment did to the calendar: the versions before and after. Promises that were made keep their
// date and the version that counted them.
type Change struct{ Before, After string }

// Moved reports whether due dates counted from now on may differ.
func (c Change) Moved() bool { return c.Before != c.After }

// SetDay puts the province's record in place of what holds on its date: a holiday that came late, a swap, a Saturday
// worked, or "working" for a holiday that is none. For the provincial administrator. It is recorded with the versions
// before and after; promised dates stay. Faults: Forbidden "forbidden", those of Day.Check, Invalid
// "deadlines.calendar.beyond" for a year that the calendar does not know.
func (s *Service) SetDay(ctx context.Context, by who.Principal, d Day) (Change, error) {
	if err := d.Check(); err != nil {
		return Change{}, err
	}
	return s.amend(ctx, by, "day.set", d.Date, map[string]any{"kind": d.Kind, "status": d.Status}, func(ctx context.Context, tx pgx.Tx, a *Almanac) error {
		if err := known(a, d.Date); err != nil {
			return err
		}
		return store.SetDay(ctx, tx, d)
	})
}

// ClearDay takes the province's record for a date away; the packaged or computed day holds again. Faults: Forbidden
// "forbidden", Invalid "deadlines.day.date", NotFound "deadlines.day.none".
func (s *Service) ClearDay(ctx context.Context, by who.Principal, date string) (Change, error) {
	return s.amend(ctx, by, "day.clear", date, nil, func(ctx context.Context, tx pgx.Tx, a *Almanac) error {
		if err := known(a, date); err != nil {
			return err
		}
		return store.ClearDay(ctx, tx, date)
	})
}

// SetHours puts the province's office hours, such as "07:00-11:30,13:30-17:00", in place of the packaged ones. Faults:
// Forbidden "forbidden", Invalid "deadlines.hours.form", "deadlines.hours.total".
func (s *Service) SetHours(ctx context.Context, by who.Principal, hours string) (Change, error) {
	return s.amend(ctx, by, "hours.set", "", map[string]any{"hours": hours}, func(ctx context.Context, tx pgx.Tx, _ *Almanac) error {
		return store.SetHours(ctx, tx, hours)
	})
}

// SetRegime puts the province's regime in place of the packaged one of its id, or adds one. It is unconfirmed until
// somebody confirms it. Faults: Forbidden "forbidden", those of Regime.Check, Invalid "deadlines.regime.overlap".
func (s *Service) SetRegime(ctx context.Context, by who.Principal, r Regime) error {
	if err := r.Check(); err != nil {
		return err
	}
	_, err := s.amend(ctx, by, "regime.set", r.ID, map[string]any{"params": r.Params}, func(ctx context.Context, tx pgx.Tx, _ *Almanac) error {
		return store.SetRegime(ctx, tx, r)
	})
	return err
}

// ConfirmRegime notes that an official of the province has found a regime right. Faults: Forbidden "forbidden",
// NotFound "deadlines.regime.unknown".
func (s *Service) ConfirmRegime(ctx context.Context, by who.Principal, id string) error {
	name := by.Account
	if name == "" {
		name = by.Login
	}
	_, err := s.amend(ctx, by, "regime.confirm", id, nil, func(ctx context.Context, tx pgx.Tx, a *Almanac) error {
		if _, err := a.Regime(id); err != nil {
			return err
		}
		return store.ConfirmRegime(ctx, tx, id, name)
	})
	return err
}

// amend does one act: what holds before, the write, what holds after (an almanac that cannot be made undoes it all),
// and the line in the audit log, in one transaction.
func (s *Service) amend(ctx context.Context, by who.Principal, action, object string, detail map[string]any,
	write func(context.Context, pgx.Tx, *Almanac) error) (Change, error) {
	if !by.All || (by.Kind != who.System && !by.Holds(who.Admin)) {
		return Change{}, fault.New(fault.Forbidden, "forbidden")
	}
	var c Change
	err := s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		before, err := s.Almanac(ctx, tx)
		if err != nil {
			return err
		}
		if err := write(ctx, tx, before); err != nil {
			return err
		}
		after, err := s.Almanac(ctx, tx)
		if err != nil {
			return err
		}
		c = Change{Before: before.Calendar.Version(), After: after.Calendar.Version()}
		if detail == nil {
			detail = map[string]any{}
		}
		detail["calendar_before"], detail["calendar_after"] = c.Before, c.After
		return audit.Write(ctx, tx, by, audit.Act{Service: "deadlines", Action: action, Object: object, Detail: detail})
	})
	return c, err
}

// known refuses a date of a year that no calendar can be made for.
func known(a *Almanac, iso string) error {
	date, err := parseDay(iso)
	if err != nil {
		return err
	}
	_, err = a.Calendar.WorkingDays(date, date)
	return err
}

func parseDay(iso string) (time.Time, error) {
	date, err := clock.ParseDate(iso)
	if err != nil {
		return date, fault.New(fault.Invalid, "deadlines.day.date", "date", iso).At("date")
	}
	return date, nil
}
