package desk_test

import (
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/trial"
	"egovctl/platform/workflow"
)

const (
	checked workflow.State  = "checked"
	check   workflow.Action = "check"
)

// second is a version in which the head checks what the officer submits, before the leader sees it.
func second() workflow.Definition {
	d := workflow.Standard()
	d.Version = 2
	for i, t := range d.Transitions {
		if t.Action == workflow.Submit {
			d.Transitions[i].To = checked
		}
	}
	for i, s := range d.Steps {
		if s.State == workflow.Submitted {
			d.Steps[i].Share = 50
		}
	}
	d.Steps = append(d.Steps, workflow.Step{State: checked, National: workflow.NationalProcessing, Clock: workflow.Running, Waits: who.Head, Share: 50})
	d.Transitions = append(d.Transitions, workflow.Transition{Action: check, From: checked, To: workflow.Submitted, Roles: []who.Role{who.Head}})
	return d
}

// Dossiers under way stay on the version that they started with.
func TestADossierEndsOnTheVersionThatItStartedWith(t *testing.T) {
	o := trial.Open(t)
	old := file(t, o, trial.Clerk, trial.Wedding())
	old = walk(t, o, old, say(trial.Clerk, "receive"), assign(), say(trial.Officer, "appraise")).Code

	var err error
	if o.Desk.Workflows, err = workflow.NewBook(append(workflow.Released(), second())); err != nil {
		t.Fatal(err)
	}
	fresh := file(t, o, trial.Clerk, trial.Wedding())
	fresh = walk(t, o, fresh, say(trial.Clerk, "receive"), assign(), say(trial.Officer, "appraise")).Code
	end := []move{say(trial.Leader, "sign"), say(trial.Registrar, "issue"), say(trial.Clerk, "return")}

	if _, err := do(o, trial.Head, old, desk.Act{Action: string(check)}); fault.CodeOf(err) != fault.NotFound {
		t.Errorf("an act of the second version on a dossier of the first: %v", err)
	}
	if got := walk(t, o, old, append([]move{say(trial.Officer, "submit")}, end...)...); got.State != workflow.Returned {
		t.Errorf("the old dossier ended in %s", got.State)
	}

	walk(t, o, fresh, say(trial.Officer, "submit"))
	if _, err := do(o, trial.Leader, fresh, desk.Act{Action: "sign"}); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("the leader signs what was not checked: %v", err)
	}
	box, err := o.Desk.Inbox(t.Context(), trial.Head, desk.Ask{State: string(checked), Limit: 10, Count: 10})
	if err != nil || len(box.Items) != 1 || box.Counts[checked] != 1 {
		t.Errorf("the head's inbox: %d dossiers, %v, %v", len(box.Items), box.Counts, err)
	}
	if got := walk(t, o, fresh, append([]move{say(trial.Head, string(check))}, end...)...); got.State != workflow.Returned {
		t.Errorf("the new dossier ended in %s", got.State)
	}
	for key, want := range map[string]int{old: 1, fresh: 2} {
		if got := read(t, o, key); got.Workflow != workflow.StandardID || got.WorkflowVersion != want {
			t.Errorf("%s ended on %s %d, want %d", key, got.Workflow, got.WorkflowVersion, want)
		}
	}
}
