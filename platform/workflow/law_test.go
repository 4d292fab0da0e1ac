package workflow_test

import (
	"testing"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/who"
	. "egovctl/platform/workflow"
)

// walker is a dossier as its office keeps it: it does what Move says and nothing else.
type walker struct {
	state         State
	facts         Facts
	running, over bool
	started       bool
}

func (w *walker) take(t *rapid.T, d Definition, m Move) {
	from, _ := d.Step(w.state)
	to, _ := d.Step(m.To)
	if from.Final {
		t.Fatalf("%s left the final state %s", m.Action, w.state)
	}
	if !NationalMove(from.National, to.National) || m.Reported != (from.National != to.National) {
		t.Fatalf("%s: national %d to %d, reported %v", m.Action, from.National, to.National, m.Reported)
	}
	switch m.Clock {
	case ClockStarts:
		if w.started {
			t.Fatalf("%s started a clock twice", m.Action)
		}
		w.started, w.running = true, true
	case ClockStops:
		if !w.running {
			t.Fatalf("%s stopped a clock that stood still", m.Action)
		}
		w.running = false
	case ClockResumes, ClockRestarts:
		if !w.started || w.running {
			t.Fatalf("%s resumed a clock that ran or never started", m.Action)
		}
		w.running = true
	case ClockFinishes:
		if !w.started || w.over {
			t.Fatalf("%s finished a clock that never started, or twice", m.Action)
		}
		w.running, w.over = false, true
	case ClockCancelled:
		if w.started {
			t.Fatalf("%s cancelled a clock that had started", m.Action)
		}
	}
	w.facts.Last = Last{Action: m.Action, From: w.state, Actor: w.facts.Actor}
	w.state, w.facts.Return = m.To, m.Return
	switch m.Counts {
	case GuardIntake:
		w.facts.IntakeSupplements++
	case GuardClarification:
		w.facts.Clarifications++
	case GuardExtension:
		w.facts.Extensions++
	}
	if runs := d.ClockOf(w.state, w.facts.Limits) == Running; runs != w.running {
		t.Fatalf("in %s the clock runs: %v, by the moves: %v", w.state, runs, w.running)
	}
	if m.Final != to.Final {
		t.Fatalf("%s: final %v", m.Action, m.Final)
	}
}

func TestAnySequenceOfAllowedActionsKeepsTheInvariants(t *testing.T) {
	d := Standard()
	rapid.Check(t, func(t *rapid.T) {
		w := &walker{state: d.Start, facts: Facts{Limits: Limits{IntakeSupplements: 1, Clarifications: rapid.IntRange(0, 2).Draw(t, "clarifications"),
			Extensions: 1, Restart: rapid.Bool().Draw(t, "restart"), PaymentRuns: rapid.Bool().Draw(t, "payment runs")}}}
		for range rapid.IntRange(1, 60).Draw(t, "length") {
			w.facts.Actor = rapid.SampledFrom([]string{"an", "binh"}).Draw(t, "actor")
			roles := rapid.SliceOfNDistinct(rapid.SampledFrom(who.Roles()), 1, 4, rapid.ID).Draw(t, "roles")
			can := d.Available(w.state, roles, w.facts)
			if len(can) == 0 {
				continue
			}
			w.facts.Reason = "lý do"
			m, err := d.Next(w.state, rapid.SampledFrom(can).Draw(t, "action"), roles, w.facts)
			if err != nil {
				t.Fatal(err)
			}
			w.take(t, d, m)
		}
		toTheEnd(t, d, w)
	})
}

// toTheEnd shows that an office with every role can always bring a dossier to an end, whatever was done before.
func toTheEnd(t *rapid.T, d Definition, w *walker) {
	prefer := []Action{Return, Issue, Sign, Submit, Appraise, Receive, Stop, Assign}
	for range 12 {
		if step, _ := d.Step(w.state); step.Final {
			return
		}
		moved := false
		for _, a := range prefer {
			w.facts.Reason = "kết thúc"
			if m, err := d.Next(w.state, a, who.Roles(), w.facts); err == nil {
				w.take(t, d, m)
				moved = true
				break
			}
		}
		if !moved {
			t.Fatalf("no way on from %s", w.state)
		}
	}
	t.Fatalf("no end after twelve acts, in %s", w.state)
}
