package workflow

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// Facts is what the engine must know of a dossier beside its state.
type Facts struct {
	Actor             string // account that acts now
	Reason            string // what was written as the reason
	IntakeSupplements int    // asked for so far at the intake check
	Clarifications    int    // asked for so far while handled
	Extensions        int    // re-appointments so far
	Return            State  // what the last Move left in Return
	Last              Last   // the last act, an undo included; zero when there is none
	Limits            Limits
}

// Last is the act before: who may undo it, and to where.
type Last struct {
	Action Action
	From   State
	Actor  string
}

// ClockChange is what a move does to the time limit.
type ClockChange string

// The changes. A restart counts the whole limit again from the move on; a resume moves the rest.
const (
	ClockKept      ClockChange = ""
	ClockStarts    ClockChange = "start"
	ClockStops     ClockChange = "stop"
	ClockResumes   ClockChange = "resume"
	ClockRestarts  ClockChange = "restart"
	ClockFinishes  ClockChange = "finish" // the handling is over: this is the moment that is early, on time or late
	ClockCancelled ClockChange = "cancel" // it ended without ever having been received
)

// Move is what an allowed act leads to.
type Move struct {
	Action   Action
	From, To State
	National int         // status after the move
	Reported bool        // the national status changed: tell the national portal
	Clock    ClockChange // what happens to the time limit
	Return   State       // to be kept with the dossier and given back in Facts.Return
	Refuses  bool        // the outcome is a refusal
	Final    bool        // nothing follows
	Counts   Guard       // which of the counters goes up: GuardIntake, GuardClarification, GuardExtension
}

// Next says what action leads to from state, for somebody who holds roles. Faults, in the order in which they are
// looked for: NotFound "workflow.action.unknown"; Forbidden "workflow.role" when none of the roles ever does this;
// Conflict "workflow.final" or "workflow.state" when the state refuses it; Forbidden "workflow.role" when another role
// does it here; Invalid "workflow.reason" (field reason); Conflict "workflow.supplement.once",
// "workflow.extension.once", "workflow.return", "workflow.undo.*".
func (d Definition) Next(state State, action Action, roles []who.Role, f Facts) (Move, error) {
	if !slices.Contains(d.Actions(), action) {
		return Move{}, fault.New(fault.NotFound, "workflow.action.unknown", "action", string(action))
	}
	if !overlap(roles, d.RolesOf(action)) {
		return Move{}, d.wrongRole(action)
	}
	from, ok := d.Step(state)
	if !ok {
		return Move{}, fault.New(fault.Internal, "workflow.state.unknown", "state", string(state))
	}
	if from.Final {
		return Move{}, fault.New(fault.Conflict, "workflow.final", "action", string(action), "state", string(state))
	}
	t, ok := d.transition(action, state)
	if !ok {
		return Move{}, fault.New(fault.Conflict, "workflow.state", "action", string(action), "state", string(state))
	}
	if !overlap(roles, t.Roles) {
		return Move{}, d.wrongRole(action)
	}
	if t.Reason && strings.TrimSpace(f.Reason) == "" {
		return Move{}, fault.New(fault.Invalid, "workflow.reason", "action", string(action)).At("reason")
	}
	if err := d.check(t, roles, f); err != nil {
		return Move{}, err
	}
	return d.move(t, from, f)
}

// Available lists the actions that somebody with roles may do now. A reason is taken as if it were going to be written.
func (d Definition) Available(state State, roles []who.Role, f Facts) []Action {
	f.Reason = "-"
	var can []Action
	for _, a := range d.Actions() {
		if _, err := d.Next(state, a, roles, f); err == nil {
			can = append(can, a)
		}
	}
	return can
}

// NeedsReason reports whether an act from state needs a written reason.
func (d Definition) NeedsReason(state State, action Action) bool {
	t, ok := d.transition(action, state)
	return ok && t.Reason
}

func (d Definition) move(t Transition, from Step, f Facts) (Move, error) {
	restarts := t.Restart != "" && f.Limits.Restart
	target := t.To
	switch {
	case restarts:
		target = t.Restart
	case t.Guard == GuardUndo:
		target = f.Last.From
	case t.To == Previous:
		target = f.Return
	}
	to, ok := d.Step(target)
	if !ok {
		return Move{}, fault.New(fault.Internal, "workflow.state.unknown", "state", string(target))
	}
	m := Move{Action: t.Action, From: from.State, To: to.State, National: to.National, Reported: from.National != to.National,
		Refuses: t.Refuses, Final: to.Final}
	m.Clock = clockChange(d.clockBefore(from, f), d.ClockOf(to.State, f.Limits), to, restarts)
	switch {
	case to.Interrupt && from.Interrupt:
		m.Return = f.Return
	case to.Interrupt:
		m.Return = from.State
	}
	if t.Guard == GuardIntake || t.Guard == GuardClarification || t.Guard == GuardExtension {
		m.Counts = t.Guard
	}
	return m, nil
}

// ClockOf is how the time limit runs in a state under the limits of a regime.
func (d Definition) ClockOf(s State, l Limits) Clock {
	step, _ := d.Step(s)
	if step.National == NationalPayment && l.PaymentRuns {
		return Running
	}
	return step.Clock
}

// clockBefore is ClockOf, but for an interruption before reception the limit has not started, whatever it waits for.
func (d Definition) clockBefore(from Step, f Facts) Clock {
	if back, ok := d.Step(f.Return); ok && from.Interrupt && back.Clock == NotStarted {
		return NotStarted
	}
	return d.ClockOf(from.State, f.Limits)
}

func clockChange(from, to Clock, target Step, restarts bool) ClockChange {
	done := target.Final || target.National == NationalFinished
	switch {
	case done && from == NotStarted:
		return ClockCancelled
	case done && target.National != NationalReturned:
		return ClockFinishes
	case restarts:
		return ClockRestarts
	case from == to:
		return ClockKept
	case from == NotStarted && to == Running:
		return ClockStarts
	case to == Running:
		return ClockResumes
	case from == Running:
		return ClockStops
	}
	return ClockKept
}

func overlap(a, b []who.Role) bool {
	return slices.ContainsFunc(a, func(r who.Role) bool { return slices.Contains(b, r) })
}

func (d Definition) wrongRole(a Action) error {
	names := make([]string, 0, 4)
	for _, r := range d.RolesOf(a) {
		names = append(names, string(r))
	}
	return fault.New(fault.Forbidden, "workflow.role", "action", string(a), "roles", strings.Join(names, ", "))
}
