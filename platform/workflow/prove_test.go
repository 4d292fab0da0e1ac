package workflow_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/who"
	. "egovctl/platform/workflow"
)

func TestTheStandardWorkflowIsProven(t *testing.T) {
	if problems := Prove(Standard(), Office{Held: []who.Role{who.Clerk, who.Officer, who.Head, who.Leader}}); len(problems) > 0 {
		t.Error(problems)
	}
	if sum := Standard().Shares(); sum != 1000 {
		t.Errorf("the steps share %d thousandths of the limit", sum)
	}
}

func TestProveFindsWhatMustNotGoLive(t *testing.T) {
	office := Office{Held: []who.Role{who.Clerk, who.Officer, who.Head, who.Leader}}
	for _, tc := range []struct {
		name   string
		breaks func(*Definition)
		office Office
		want   string
	}{
		{"a step that nothing leads to", func(d *Definition) { drop(d, Sign, Submitted); drop(d, Refuse, Submitted) }, office, "workflow.prove.unreachable"},
		{"a step that leads nowhere", func(d *Definition) { drop(d, Issue, Signed); drop(d, Extend, Signed); drop(d, Undo, Signed) }, office, "workflow.prove.dead_end"},
		{"a circle without an end", func(d *Definition) { drop(d, Issue, Signed) }, office, "workflow.prove.dead_end"},
		{"a role that nobody holds", func(*Definition) {}, Office{Held: []who.Role{who.Clerk, who.Officer, who.Head}}, "workflow.prove.role"},
		{"steps over the limit", func(d *Definition) { step(d, Assigned).Share = 700 }, office, "workflow.prove.over_limit"},
		{"time given where the clock stands", func(d *Definition) { step(d, Issued).Share = 1 }, office, "workflow.prove.share"},
		{"a negative share", func(d *Definition) { step(d, Assigned).Share = -1 }, office, "workflow.prove.share"},
		{"a move that the national list does not know", func(d *Definition) { act(d, Receive, Filed).To = Assigned }, office, "workflow.prove.move"},
		{"a way out of a final state", func(d *Definition) {
			d.Transitions = append(d.Transitions, Transition{Action: Resume, From: Returned, To: Returned, Roles: []who.Role{who.Clerk}})
		}, office, "workflow.prove.final"},
		{"an end that the national list calls open", func(d *Definition) { step(d, Issued).Final = true }, office, "workflow.prove.national"},
		{"a status that does not exist", func(d *Definition) { step(d, Assigned).National = 11 }, office, "workflow.prove.national"},
		{"the same step twice", func(d *Definition) { d.Steps = append(d.Steps, d.Steps[0]) }, office, "workflow.prove.step_twice"},
		{"the same act twice", func(d *Definition) { d.Transitions = append(d.Transitions, d.Transitions[0]) }, office, "workflow.prove.act_twice"},
		{"an act to nowhere", func(d *Definition) { act(d, Sign, Submitted).To = "limbo" }, office, "workflow.prove.step_unknown"},
		{"an act that nobody may do", func(d *Definition) { act(d, Sign, Submitted).Roles = nil }, office, "workflow.prove.act_open"},
		{"a return without its guard", func(d *Definition) { act(d, Resume, AwaitingPay).Guard = GuardNone }, office, "workflow.prove.act_open"},
		{"a start that is no step", func(d *Definition) { d.Start = "limbo" }, office, "workflow.prove.start"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := Standard()
			tc.breaks(&d)
			problems := Prove(d, tc.office)
			if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Key == tc.want }) {
				t.Errorf("found %v, want %s", problems, tc.want)
			}
		})
	}
}

// A step in the middle counts as well as the one at the end.
func TestProveNamesEveryStepThatNothingLeadsTo(t *testing.T) {
	d := Standard()
	drop(&d, Sign, Submitted)
	drop(&d, Refuse, Submitted)
	var found []string
	for _, p := range Prove(d, Office{}) {
		if p.Key == "workflow.prove.unreachable" {
			found = append(found, p.Args["state"])
		}
	}
	if diff := cmp.Diff([]string{string(Signed), string(Issued), string(Returned)}, found); diff != "" {
		t.Error(diff)
	}
}

func TestADefinitionIsStoredAsJSONAndComesBackTheSame(t *testing.T) {
	raw, err := json.Marshal(Standard())
	if err != nil {
		t.Fatal(err)
	}
	var back Definition
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Standard(), back); diff != "" {
		t.Error(diff)
	}
}

func drop(d *Definition, a Action, from State) {
	d.Transitions = slices.DeleteFunc(d.Transitions, func(t Transition) bool { return t.Action == a && t.From == from })
}

func act(d *Definition, a Action, from State) *Transition {
	return &d.Transitions[slices.IndexFunc(d.Transitions, func(t Transition) bool { return t.Action == a && t.From == from })]
}

func step(d *Definition, s State) *Step {
	return &d.Steps[slices.IndexFunc(d.Steps, func(x Step) bool { return x.State == s })]
}
