package workflow

import (
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
)

// check holds a transition's guard against the facts.
func (d Definition) check(t Transition, roles []who.Role, f Facts) error {
	switch t.Guard {
	case GuardIntake:
		return atMost(f.IntakeSupplements, f.Limits.IntakeSupplements, "workflow.supplement.once")
	case GuardClarification:
		return atMost(f.Clarifications, f.Limits.Clarifications, "workflow.supplement.once")
	case GuardExtension:
		return atMost(f.Extensions, f.Limits.Extensions, "workflow.extension.once")
	case GuardReturn:
		return d.checkReturn(t, f)
	case GuardUndo:
		return d.checkUndo(t, roles, f)
	}
	return nil
}

func atMost(n, limit int, key string) error {
	if n >= limit {
		return fault.New(fault.Conflict, key, "limit", limit)
	}
	return nil
}

// checkReturn wants a state to go back to in which the handling went on, so that the national list allows it.
func (d Definition) checkReturn(t Transition, f Facts) error {
	if t.Restart != "" && f.Limits.Restart {
		return nil
	}
	from, _ := d.Step(t.From)
	back, ok := d.Step(f.Return)
	if !ok || back.Clock != Running || back.Final || !NationalMove(from.National, back.National) {
		return fault.New(fault.Conflict, "workflow.return", "action", string(t.Action), "state", string(t.From))
	}
	return nil
}

// checkUndo lets the last actor take back the last step while nobody has acted since. What has been reported to the
// national portal, sent to the applicant or numbered cannot be unsaid: it is corrected by a new act.
func (d Definition) checkUndo(t Transition, roles []who.Role, f Facts) error {
	if f.Last.Actor == "" || f.Last.Actor != f.Actor {
		return fault.New(fault.Conflict, "workflow.undo.actor")
	}
	last, ok := d.transition(f.Last.Action, f.Last.From)
	if !ok || !last.Undoable || last.To != t.From {
		return fault.New(fault.Conflict, "workflow.undo.action", "action", string(f.Last.Action))
	}
	if !overlap(roles, last.Roles) {
		return d.wrongRole(f.Last.Action)
	}
	from, _ := d.Step(t.From)
	back, ok := d.Step(f.Last.From)
	if !ok || from.National != back.National {
		return fault.New(fault.Conflict, "workflow.undo.reported")
	}
	return nil
}
