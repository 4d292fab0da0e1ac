// Package workflow holds how a dossier may travel: definitions as data, the engine that says what an action leads to,
// and the proof that a definition may go live. It is pure: no SQL, no HTTP, no clock. A dossier stays on the version of
// the definition that it started with.
package workflow

import (
	"slices"

	"egovctl/platform/kernel/who"
)

// State is where a dossier stands in its handling.
type State string

// Action is what somebody does to a dossier.
type Action string

// Clock is how the time limit runs in a state.
type Clock string

// The clocks. A limit that has not started has no promised date yet; a stopped one keeps what is left.
const (
	NotStarted Clock = "not_started"
	Running    Clock = "running"
	Stopped    Clock = "stopped"
)

// Previous as the target of a transition is the state from which the dossier was interrupted (or, for undo, the one
// before the last act): the engine takes it from the facts.
const Previous State = "@previous"

// Step is one state of a definition.
type Step struct {
	State     State    `json:"state"`
	National  int      `json:"national"` // status of the national synchronisation list, 1 to 10
	Clock     Clock    `json:"clock"`
	Final     bool     `json:"final,omitempty"`
	Interrupt bool     `json:"interrupt,omitempty"` // the handling waits for somebody outside and goes back to where it was
	Waits     who.Role `json:"waits,omitempty"`     // who is expected to act; "" for nobody
	Share     int      `json:"share,omitempty"`     // thousandths of the time limit that may be spent here
}

// Guard is a condition on the facts of a dossier, beyond state and role.
type Guard string

// The guards.
const (
	GuardNone          Guard = ""
	GuardIntake        Guard = "intake_supplement" // one complete notice of what is missing at the intake check
	GuardClarification Guard = "clarification"     // one request while the dossier is handled
	GuardExtension     Guard = "extension"         // one re-appointment (NĐ 61/2018 Điều 19.9)
	GuardReturn        Guard = "return"            // there is a running state to go back to
	GuardUndo          Guard = "undo"              // the last actor, nobody since, nothing reported or sent
)

// Transition is one allowed act.
type Transition struct {
	Action   Action     `json:"action"`
	From     State      `json:"from"`
	To       State      `json:"to"`
	Restart  State      `json:"restart,omitempty"` // where it goes instead, when the regime restarts the limit
	Roles    []who.Role `json:"roles"`
	Guard    Guard      `json:"guard,omitempty"`
	Reason   bool       `json:"reason,omitempty"`   // a written reason is needed
	Undoable bool       `json:"undoable,omitempty"` // the actor may take it back
	Refuses  bool       `json:"refuses,omitempty"`  // the outcome is a refusal, delivered as the result
}

// Definition is a workflow. ID and Version name it for ever: a changed definition has another version.
type Definition struct {
	ID          string       `json:"id"`
	Version     int          `json:"version"`
	Start       State        `json:"start"`
	Steps       []Step       `json:"steps"`
	Transitions []Transition `json:"transitions"`
}

// Step finds a state.
func (d Definition) Step(s State) (Step, bool) {
	i := slices.IndexFunc(d.Steps, func(x Step) bool { return x.State == s })
	if i < 0 {
		return Step{}, false
	}
	return d.Steps[i], true
}

// transition finds the one act of that name from a state.
func (d Definition) transition(a Action, from State) (Transition, bool) {
	i := slices.IndexFunc(d.Transitions, func(t Transition) bool { return t.Action == a && t.From == from })
	if i < 0 {
		return Transition{}, false
	}
	return d.Transitions[i], true
}

// Actions lists every action, each once, in the order of the definition.
func (d Definition) Actions() []Action {
	var all []Action
	for _, t := range d.Transitions {
		if !slices.Contains(all, t.Action) {
			all = append(all, t.Action)
		}
	}
	return all
}

// RolesOf lists who may ever do an action.
func (d Definition) RolesOf(a Action) []who.Role {
	var all []who.Role
	for _, t := range d.Transitions {
		if t.Action != a {
			continue
		}
		for _, r := range t.Roles {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}
