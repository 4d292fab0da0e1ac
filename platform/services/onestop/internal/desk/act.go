package desk

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/typed"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workflow"
)

// Act is what somebody does to a dossier.
type Act struct {
	Action     string
	Note       string
	Reason     string
	ToAccount  string // assign: id or login of the officer; "" when the agency has only one
	ToAgency   string // transfer: identifier
	Due        time.Time
	Version    int // of the dossier that the actor saw; 0 does not compare
	Components []dossier.Component
}

// Acted is how the dossier stands afterwards.
type Acted struct {
	ID, Code, Reference string
	State               workflow.State
	Status              int
	DueAt               time.Time
	Version             int
}

const maxNote = 2000

// Act does one thing to the dossier of a code or reference: dossier, history, audit, event and notice in the caller's
// transaction. Faults: those of workflow.Next; NotFound "onestop.dossier.unknown"; Conflict "onestop.dossier.changed"
// when it moved on since Version; Forbidden "onestop.act.other_officer"; Invalid at "to.account", "to.agency", "due",
// "note" or "components".
func (s *Desk) Act(ctx context.Context, tx pgx.Tx, by who.Principal, name string, a Act) (Acted, error) {
	key, ok := dossier.Normalise(name)
	if !ok {
		return Acted{}, fault.New(fault.NotFound, "onestop.dossier.unknown")
	}
	d, err := s.act(ctx, tx, by, key, a)
	return acted(d), err
}

func acted(d dossier.Dossier) Acted {
	return Acted{ID: d.ID, Code: d.Code, Reference: d.Reference, State: d.State, Status: d.Status, DueAt: d.DueAt, Version: d.Version}
}

// work is an act under way.
type work struct {
	by     who.Principal
	act    Act
	def    workflow.Definition
	move   workflow.Move
	before dossier.Dossier
	d      dossier.Dossier
	step   dossier.Step
	now    time.Time
}

// act is Act by the stored key, and gives the dossier as it is then.
func (s *Desk) act(ctx context.Context, tx pgx.Tx, by who.Principal, key string, a Act) (dossier.Dossier, error) {
	d, last, err := s.Store.Lock(ctx, tx, key)
	if err != nil {
		return d, err
	}
	if a.Version != 0 && a.Version != d.Version {
		return d, fault.New(fault.Conflict, "onestop.dossier.changed")
	}
	w, err := s.allow(ctx, tx, by, d, last, a)
	if err != nil {
		return d, err
	}
	if err := s.carry(ctx, tx, w); err != nil {
		return d, err
	}
	w.step.To, w.step.DueAfter = w.d.State, w.d.DueAt
	if err := s.Store.Save(ctx, tx, w.d, w.step, w.notice(), announce(by, w.d, w.step)); err != nil {
		return d, err
	}
	w.d.Version++
	return w.d, nil
}

// allow asks the workflow whether by may do a now.
func (s *Desk) allow(ctx context.Context, tx pgx.Tx, by who.Principal, d dossier.Dossier, last store.Last, a Act) (*work, error) {
	def, err := s.definition(d)
	if err != nil {
		return nil, err
	}
	note, err := remark(a)
	if err != nil {
		return nil, err
	}
	f, err := s.facts(ctx, tx, d, last, by)
	if err != nil {
		return nil, err
	}
	f.Reason = note
	roles := rolesOn(d, by)
	move, err := def.Next(d.State, workflow.Action(a.Action), roles, f)
	if err != nil {
		return nil, blame(def, d, by, a, f, err)
	}
	now := s.Clock.Now().Truncate(time.Microsecond)
	w := &work{by: by, act: a, def: def, move: move, before: d, d: d, now: now}
	w.step = dossier.Step{Seq: last.Seq + 1, Agency: d.At, Action: move.Action, From: d.State, At: now, Note: note, DueBefore: d.DueAt}
	sign(&w.step, by, actingRole(def, d, move.Action, roles, f))
	if w.step.ByRole == who.Clerk {
		w.step.Agency = d.Agency
	}
	return w, nil
}

// blame says more exactly why an officer is refused: the role is right, but the dossier is a colleague's.
func blame(def workflow.Definition, d dossier.Dossier, by who.Principal, a Act, f workflow.Facts, err error) error {
	if fault.Is(err, fault.Forbidden) && d.Officer != "" && d.Officer != by.Account && by.HoldsAt(who.Officer, d.Competent) {
		if _, mine := def.Next(d.State, workflow.Action(a.Action), []who.Role{who.Officer}, f); mine == nil {
			return fault.New(fault.Forbidden, "onestop.act.other_officer")
		}
	}
	return err
}

// remark joins reason and note, which are kept as one text of the step.
func remark(a Act) (string, error) {
	var parts []string
	for _, x := range []struct{ field, text string }{{"reason", a.Reason}, {"note", a.Note}} {
		s, ok := typed.Text(x.text)
		if !ok || len([]rune(s)) > maxNote {
			return "", fault.New(fault.Invalid, "onestop.text.invalid", "max", maxNote).At(x.field)
		}
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "\n"), nil
}

// carry makes the move's consequences true on w.d and w.step.
func (s *Desk) carry(ctx context.Context, tx pgx.Tx, w *work) error {
	if err := s.hand(ctx, tx, w); err != nil {
		return err
	}
	step, _ := w.def.Step(w.move.To)
	enter(&w.d, step)
	w.d.Return = w.move.Return
	switch w.move.Counts {
	case workflow.GuardIntake:
		w.d.AskedIntake++
	case workflow.GuardClarification:
		w.d.AskedPapers++
	case workflow.GuardExtension:
		w.d.Extended++
	}
	if w.move.Action == workflow.Receive && w.d.Code == "" {
		if err := s.receive(ctx, tx, w); err != nil {
			return err
		}
	}
	if len(w.act.Components) > 0 {
		if err := s.addPapers(ctx, tx, w); err != nil {
			return err
		}
	}
	if err := s.keepTime(ctx, tx, w); err != nil {
		return err
	}
	w.conclude()
	return nil
}

// hand gives the dossier to an officer or to another agency.
func (s *Desk) hand(ctx context.Context, tx pgx.Tx, w *work) error {
	switch w.move.Action {
	case workflow.Assign:
		officer, err := s.officer(ctx, tx, w.d.Competent, w.act.ToAccount)
		if err != nil {
			return err
		}
		w.d.Officer, w.step.ToAccount = officer.Account, officer.Account
	case workflow.Transfer:
		return s.transfer(ctx, tx, w)
	}
	if w.move.To == workflow.Received || w.move.To == workflow.Filed {
		w.d.Officer = ""
	}
	return nil
}

// officer finds who is meant among the officers of an agency.
func (s *Desk) officer(ctx context.Context, tx pgx.Tx, agency int32, meant string) (Official, error) {
	if agency == dossier.ProbeAgency {
		return Official{Account: "probe"}, nil
	}
	all, err := s.Staff.At(ctx, tx, agency, who.Officer)
	if err != nil {
		return Official{}, err
	}
	if meant == "" && len(all) == 1 {
		return all[0], nil
	}
	i := slices.IndexFunc(all, func(o Official) bool { return meant != "" && (o.Account == meant || o.Login == meant) })
	if i < 0 {
		return Official{}, fault.New(fault.Invalid, "onestop.act.officer").At("to.account")
	}
	return all[i], nil
}

// transfer hands the dossier to another agency that offers the procedure; before reception that agency receives it.
func (s *Desk) transfer(ctx context.Context, tx pgx.Tx, w *work) error {
	to, err := s.Agencies.ByIdentifier(ctx, tx, w.act.ToAgency)
	if err != nil || to.ID == w.d.Competent || to.ID == dossier.ProbeAgency {
		return unless(err, fault.New(fault.Invalid, "onestop.act.agency").At("to.agency"))
	}
	if w.move.To == workflow.Filed {
		if _, err := s.Procedures.Offering(ctx, tx, w.d.Procedure, to.ID); err != nil {
			return unless(err, fault.New(fault.Invalid, "onestop.filing.not_offered", "agency", to.NameVI).At("to.agency"))
		}
		w.d.Agency = to.ID
	}
	w.d.Competent, w.d.Officer, w.step.ToAgency = to.ID, "", to.ID
	if !slices.Contains(w.d.Involved, to.ID) {
		w.d.Involved = append(slices.Clone(w.d.Involved), to.ID)
	}
	return nil
}

// addPapers adds what the applicant hands in when papers were asked for.
func (s *Desk) addPapers(ctx context.Context, tx pgx.Tx, w *work) error {
	if w.move.Action != workflow.Supplement || w.before.Desk != who.Citizen {
		return fault.New(fault.Invalid, "onestop.act.components").At("components")
	}
	list, err := papers(w.act.Components)
	if err != nil {
		return err
	}
	have, err := s.ledger().CountComponents(ctx, tx, w.d.ID)
	if err != nil {
		return err
	}
	if have+len(list) > 2*maxComponents {
		return fault.New(fault.Invalid, "onestop.components.many", "max", 2*maxComponents).At("components")
	}
	return s.ledger().Components(ctx, tx, w.d, have, list)
}

// conclude notes how the handling ended, and takes that back when the end is undone.
func (w *work) conclude() {
	switch {
	case w.move.Action == workflow.Undo:
		w.d.Outcome = ""
	case w.move.Refuses:
		w.d.Outcome = dossier.Refused
	case w.move.Action == workflow.Sign:
		w.d.Outcome = dossier.Granted
	case w.move.Action == workflow.Stop && w.before.State == workflow.Withdrawal:
		w.d.Outcome = dossier.Withdrawn
	case w.move.Action == workflow.Stop:
		w.d.Outcome = dossier.Stopped
	}
	if w.move.To == workflow.Returned {
		w.d.ReturnedAt = w.now
	}
}
