package desk

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// receive gives the dossier its code and freezes the procedure as it is on this day.
func (s *Desk) receive(ctx context.Context, tx pgx.Tx, w *work) error {
	identifier := "PROBE"
	if w.d.Agency != dossier.ProbeAgency {
		agency, err := s.Agencies.ByID(ctx, tx, w.d.Agency)
		if err != nil {
			return err
		}
		identifier = agency.Identifier
		p, err := s.Procedures.Get(ctx, tx, w.d.Procedure)
		if err != nil {
			return err
		}
		if w.d.VersionID, err = s.ledger().Freeze(ctx, tx, p.Code, p.Name, p.Procedure); err != nil {
			return err
		}
		w.d.ProcedureName = p.Name
	}
	n, err := s.ledger().Next(ctx, tx, w.d.Agency, w.now)
	if err != nil {
		return err
	}
	w.d.Code, w.d.ReceivedAt = dossier.Code(identifier, w.now, n), w.now
	return nil
}

// keepTime does to the time limit what the move says, and keeps the promise with the step that changed it.
func (s *Desk) keepTime(ctx context.Context, tx pgx.Tx, w *work) error {
	var p *workcal.Promise
	var err error
	switch {
	case w.move.Clock == workflow.ClockStarts:
		p, err = s.promise(ctx, tx, w)
	case w.move.Clock == workflow.ClockStops:
		w.d.PausedAt = w.now
	case w.move.Clock == workflow.ClockResumes || w.move.Clock == workflow.ClockRestarts:
		p, err = s.resume(ctx, tx, w)
	case w.move.Clock == workflow.ClockFinishes:
		w.finish()
	case w.move.Clock == workflow.ClockCancelled:
		w.d.FinishedAt = w.now
	case w.move.Action == workflow.Extend:
		p, err = s.extend(ctx, tx, w)
	}
	if err != nil || p == nil {
		return err
	}
	w.step.Promise = p
	w.d.Regime, w.d.DueByHour = p.Regime, p.ToTheHour
	if p.HasDue {
		w.d.DueAt = p.Due.Truncate(time.Microsecond)
		if w.d.FirstDueAt.IsZero() {
			w.d.FirstDueAt = w.d.DueAt
		}
	}
	return nil
}

// finish stops the handling clock: this moment is early, on time or late. Handling that stood still at its end is
// measured at the moment when it stopped.
func (w *work) finish() {
	at := w.now
	if w.d.Paused() {
		at = w.d.PausedAt
	}
	w.d.FinishedAt, w.d.PausedAt = w.now, time.Time{}
	if !w.d.DueAt.IsZero() {
		w.d.Timeliness = workcal.Finished(w.d.DueAt, at, w.d.DueByHour)
	}
}

// promise counts the time limit of the procedure for the channel from now on. Where the law leaves the date to the
// official, the one that was given is taken.
func (s *Desk) promise(ctx context.Context, tx pgx.Tx, w *work) (*workcal.Promise, error) {
	var p packaged.Procedure
	if err := s.ledger().Procedure(ctx, tx, w.d.VersionID, &p); err != nil {
		return nil, err
	}
	promise, err := s.Deadlines.Promise(ctx, tx, w.now, TermOf(p, w.d.Channel))
	if err != nil {
		return nil, err
	}
	if !w.act.Due.IsZero() {
		if promise.HasDue {
			return nil, fault.New(fault.Invalid, "onestop.act.due_by_law").At("due")
		}
		return s.moveTo(ctx, tx, w, &promise, "onestop.trace.set")
	}
	return &promise, nil
}

// TermOf is the time limit of a procedure on a channel; without one for the channel, that of the first.
func TermOf(p packaged.Procedure, c packaged.Channel) workcal.Term {
	for _, m := range p.Methods {
		if m.Channel == c {
			return m.Term
		}
	}
	if len(p.Methods) > 0 {
		return p.Methods[0].Term
	}
	return workcal.Term{Kind: workcal.Other}
}

// resume moves the promise over the pause that ends now.
func (s *Desk) resume(ctx context.Context, tx pgx.Tx, w *work) (*workcal.Promise, error) {
	before, err := s.ledger().Promise(ctx, tx, w.d.ID)
	if err != nil || before == nil {
		return nil, err
	}
	from := w.d.PausedAt
	w.d.PausedAt = time.Time{}
	p, err := s.Deadlines.Resume(ctx, tx, *before, workcal.Pause{From: from, To: w.now,
		Restart: w.move.Clock == workflow.ClockRestarts, Reason: pauseReason(w.before.State)})
	return &p, err
}

// pauseReason is the message key of why the clock stood still.
func pauseReason(s workflow.State) string {
	switch s {
	case workflow.AwaitingPay:
		return "onestop.pause.payment"
	case workflow.Withdrawal:
		return "onestop.pause.withdrawal"
	}
	return "onestop.pause.papers"
}

// extend moves the promised date to a later working day that an official chose.
func (s *Desk) extend(ctx context.Context, tx pgx.Tx, w *work) (*workcal.Promise, error) {
	before, err := s.ledger().Promise(ctx, tx, w.d.ID)
	if err != nil {
		return nil, err
	}
	if before == nil || w.act.Due.IsZero() {
		return nil, fault.New(fault.Invalid, "onestop.act.due_needed").At("due")
	}
	return s.moveTo(ctx, tx, w, before, "onestop.trace.extended")
}

// farthest is how long ahead a date may be set.
const farthest = 3 * 366 * 24 * time.Hour

// moveTo sets the promise to the closing hour of a chosen day: a working day, after now and after the old promise.
func (s *Desk) moveTo(ctx context.Context, tx pgx.Tx, w *work, p *workcal.Promise, why string) (*workcal.Promise, error) {
	cal, err := s.Deadlines.Calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	day := clock.DayOf(w.act.Due)
	first, last := cal.Covers()
	switch {
	case !day.After(clock.DayOf(w.now)), !day.After(clock.DayOf(w.d.DueAt)):
		return nil, fault.New(fault.Invalid, "onestop.act.due_later").At("due")
	case day.Before(first), day.After(last), day.Sub(w.now) > farthest:
		return nil, fault.New(fault.Invalid, "onestop.act.due_far").At("due")
	case !cal.IsWorking(day):
		return nil, fault.New(fault.Invalid, "onestop.act.due_day_off", "date", locale.Date(day)).At("due")
	}
	due, err := cal.Add(day, workcal.DayMinutes)
	if err != nil {
		return nil, err
	}
	moved := *p
	moved.Trace = append(append([]workcal.TraceLine(nil), p.Trace...), workcal.TraceLine{Key: why,
		Args: map[string]string{"from": locale.Date(p.Due), "to": locale.Date(due), "on": locale.DateTime(w.now)}})
	moved.HasDue, moved.Due, moved.Exact, moved.ToTheHour = true, due, due, false
	return &moved, nil
}
