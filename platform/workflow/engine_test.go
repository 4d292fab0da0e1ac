package workflow_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	. "egovctl/platform/workflow"
)

// moves is the standard workflow as a person reads it: every state, and where each allowed action leads when somebody
// with every role does it under a regime that resumes. What is not written is refused.
var moves = map[State]string{
	Filed:          "receive>received refuse>refused supplement>awaiting_intake withdraw>withdrawal transfer>filed",
	AwaitingIntake: "supplement>answered_intake withdraw>withdrawal stop>stopped",
	AnsweredIntake: "receive>received withdraw>withdrawal stop>stopped",
	Refused:        "",
	Received:       "assign>assigned withdraw>withdrawal transfer>transferred extend>received",
	Transferred:    "assign>assigned withdraw>withdrawal stop>stopped transfer>transferred extend>transferred",
	Assigned:       "assign>assigned appraise>appraised supplement>awaiting_papers pause>awaiting_payment withdraw>withdrawal stop>stopped transfer>transferred extend>assigned",
	Appraised:      "assign>assigned submit>submitted supplement>awaiting_papers pause>awaiting_payment withdraw>withdrawal stop>stopped transfer>transferred extend>appraised",
	Submitted:      "refuse>signed assign>assigned sign>signed pause>awaiting_payment withdraw>withdrawal stop>stopped extend>submitted",
	Signed:         "issue>issued extend>signed",
	Issued:         "return>returned",
	Returned:       "",
	AwaitingPapers: "supplement>answered_papers withdraw>withdrawal stop>stopped",
	AnsweredPapers: "receive>appraised withdraw>withdrawal stop>stopped",
	AwaitingPay:    "withdraw>withdrawal resume>appraised stop>stopped",
	Withdrawal:     "resume>appraised stop>stopped",
	Halted:         "",
}

func TestEveryActionInEveryState(t *testing.T) {
	d := Standard()
	limits := DefaultLimits()
	limits.Restart = false
	for _, step := range d.Steps {
		want, listed := moves[step.State]
		if !listed {
			t.Errorf("state %s is not in the table", step.State)
		}
		allowed := map[string]string{}
		for _, m := range strings.Fields(want) {
			action, to, _ := strings.Cut(m, ">")
			allowed[action] = to
		}
		for _, action := range d.Actions() {
			if action == Undo {
				continue // has its own test: it depends on the act before
			}
			t.Run(fmt.Sprintf("%s in %s", action, step.State), func(t *testing.T) {
				m, err := d.Next(step.State, action, who.Roles(), Facts{Reason: "lý do", Return: Appraised, Limits: limits})
				to, ok := allowed[string(action)]
				switch {
				case !ok && fault.CodeOf(err) != fault.Conflict:
					t.Errorf("got %v and %v, want a conflict", m, err)
				case ok && (err != nil || string(m.To) != to):
					t.Errorf("leads to %q (%v), want %q", m.To, err, to)
				case ok && m.National != mustStep(t, d, m.To).National:
					t.Errorf("national status %d", m.National)
				}
			})
		}
	}
}

func mustStep(t *testing.T, d Definition, s State) Step {
	step, ok := d.Step(s)
	if !ok {
		t.Fatalf("no step %s", s)
	}
	return step
}

func TestEachActionBelongsToItsRoles(t *testing.T) {
	d := Standard()
	want := map[string]string{
		"receive in filed":              "clerk",
		"refuse in filed":               "clerk",
		"supplement in filed":           "clerk",
		"supplement in awaiting_intake": "citizen clerk",
		"assign in received":            "head leader",
		"appraise in assigned":          "officer",
		"submit in appraised":           "officer head",
		"sign in submitted":             "leader",
		"refuse in submitted":           "leader",
		"issue in signed":               "clerk registrar",
		"return in issued":              "clerk",
		"withdraw in received":          "citizen clerk",
		"stop in assigned":              "leader",
		"extend in assigned":            "head leader",
	}
	for key, roles := range want {
		action, state, _ := strings.Cut(key, " in ")
		var may []string
		for _, r := range who.Roles() {
			_, err := d.Next(State(state), Action(action), []who.Role{r}, Facts{Reason: "lý do", Limits: DefaultLimits()})
			switch {
			case err == nil:
				may = append(may, string(r))
			case fault.CodeOf(err) != fault.Forbidden || fault.From(err).Key != "workflow.role":
				t.Errorf("%s by %s: got %v", key, r, err)
			}
		}
		if got := strings.Join(may, " "); got != roles {
			t.Errorf("%s: allowed to %q, want %q", key, got, roles)
		}
	}
}

func TestRefusalsNameTheirReason(t *testing.T) {
	d, all := Standard(), who.Roles()
	used := Facts{Reason: "lý do", IntakeSupplements: 1, Clarifications: 1, Extensions: 1, Limits: DefaultLimits()}
	for _, tc := range []struct {
		name   string
		state  State
		action Action
		roles  []who.Role
		facts  Facts
		code   fault.Code
		key    string
	}{
		{"an action that does not exist", Filed, "dance", all, Facts{}, fault.NotFound, "workflow.action.unknown"},
		{"an action that does not exist, by nobody", Filed, "", nil, Facts{}, fault.NotFound, "workflow.action.unknown"},
		{"a citizen who signs is refused before the state is looked at", Filed, Sign, []who.Role{who.Citizen}, Facts{}, fault.Forbidden, "workflow.role"},
		{"somebody without any role", Filed, Receive, nil, Facts{}, fault.Forbidden, "workflow.role"},
		{"a clerk who appraises", Assigned, Appraise, []who.Role{who.Clerk}, Facts{}, fault.Forbidden, "workflow.role"},
		{"a leader who signs too soon", Assigned, Sign, []who.Role{who.Leader}, Facts{}, fault.Conflict, "workflow.state"},
		{"anything after the end", Returned, Receive, all, Facts{}, fault.Conflict, "workflow.final"},
		{"a refusal without a reason", Filed, Refuse, all, Facts{}, fault.Invalid, "workflow.reason"},
		{"a reason of blanks", Filed, Refuse, all, Facts{Reason: " \n\t"}, fault.Invalid, "workflow.reason"},
		{"a second intake notice", Filed, Supplement, all, used, fault.Conflict, "workflow.supplement.once"},
		{"a second clarification", Assigned, Supplement, all, used, fault.Conflict, "workflow.supplement.once"},
		{"a second re-appointment", Assigned, Extend, all, used, fault.Conflict, "workflow.extension.once"},
		{"a resume that does not know where to", AwaitingPay, Resume, all, used, fault.Conflict, "workflow.return"},
		{"a withdrawal from before reception that is not granted", Withdrawal, Resume, all, Facts{Reason: "lý do", Return: Filed}, fault.Conflict, "workflow.return"},
		{"a state that is none", "limbo", Receive, all, Facts{}, fault.Internal, "workflow.state.unknown"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := d.Next(tc.state, tc.action, tc.roles, tc.facts)
			if e := fault.From(err); err == nil || e.Code != tc.code || e.Key != tc.key {
				t.Errorf("got %v, want %s %s", err, tc.code, tc.key)
			}
		})
	}
}

func TestIntakeNoticeAndClarificationAreCountedApart(t *testing.T) {
	d := Standard()
	f := Facts{Reason: "thiếu giấy tờ", IntakeSupplements: 1, Limits: DefaultLimits()}
	m, err := d.Next(Assigned, Supplement, []who.Role{who.Officer}, f)
	if err != nil || m.Counts != GuardClarification {
		t.Errorf("%+v, %v", m, err)
	}
	f = Facts{Reason: "thiếu giấy tờ", Clarifications: 1, Limits: DefaultLimits()}
	if m, err := d.Next(Filed, Supplement, []who.Role{who.Clerk}, f); err != nil || m.Counts != GuardIntake {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestTheClock(t *testing.T) {
	d, resume := Standard(), DefaultLimits()
	resume.Restart = false
	runs := resume
	runs.PaymentRuns = true
	for _, tc := range []struct {
		name   string
		from   State
		action Action
		back   State
		limits Limits
		to     State
		clock  ClockChange
	}{
		{"reception starts it", Filed, Receive, "", resume, Received, ClockStarts},
		{"reception after an intake notice starts it", AnsweredIntake, Receive, Filed, resume, Received, ClockStarts},
		{"an intake notice has nothing to stop", Filed, Supplement, "", resume, AwaitingIntake, ClockKept},
		{"handling lets it run", Received, Assign, "", resume, Assigned, ClockKept},
		{"a clarification stops it", Appraised, Supplement, "", resume, AwaitingPapers, ClockStops},
		{"the answer alone leaves it stopped", AwaitingPapers, Supplement, Appraised, resume, AnsweredPapers, ClockKept},
		{"the full dossier lets it go on where the regime resumes", AnsweredPapers, Receive, Appraised, resume, Appraised, ClockResumes},
		{"the full dossier starts it anew where the regime restarts", AnsweredPapers, Receive, Appraised, DefaultLimits(), Received, ClockRestarts},
		{"payment stops it", Assigned, Pause, "", resume, AwaitingPay, ClockStops},
		{"payment leaves it running where the rules say so", Assigned, Pause, "", runs, AwaitingPay, ClockKept},
		{"and there is nothing to resume then", AwaitingPay, Resume, Assigned, runs, Assigned, ClockKept},
		{"the issued result finishes it", Signed, Issue, "", resume, Issued, ClockFinishes},
		{"the delivery does not touch it", Issued, Return, "", resume, Returned, ClockKept},
		{"a stop finishes it", Assigned, Stop, "", resume, Halted, ClockFinishes},
		{"a withdrawal that is granted finishes it", Withdrawal, Stop, Assigned, resume, Halted, ClockFinishes},
		{"a withdrawal before reception never had one", Withdrawal, Stop, Filed, resume, Halted, ClockCancelled},
		{"nor had a dossier that was not received", Filed, Refuse, "", resume, Refused, ClockCancelled},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := d.Next(tc.from, tc.action, who.Roles(), Facts{Reason: "lý do", Return: tc.back, Limits: tc.limits})
			if err != nil || m.To != tc.to || m.Clock != tc.clock {
				t.Errorf("to %s, clock %q (%v), want %s, %q", m.To, m.Clock, err, tc.to, tc.clock)
			}
		})
	}
}

func TestUndo(t *testing.T) {
	d := Standard()
	officer := []who.Role{who.Officer}
	for _, tc := range []struct {
		name  string
		state State
		actor string
		roles []who.Role
		last  Last
		to    State
		key   string
	}{
		{"the officer takes back his appraisal", Appraised, "an", officer, Last{Appraise, Assigned, "an"}, Assigned, ""},
		{"the leader takes back what he sent back", Assigned, "chi", []who.Role{who.Leader}, Last{Assign, Submitted, "chi"}, Submitted, ""},
		{"the leader takes back his signature", Signed, "chi", []who.Role{who.Leader}, Last{Sign, Submitted, "chi"}, Submitted, ""},
		{"somebody else may not", Appraised, "binh", officer, Last{Appraise, Assigned, "an"}, "", "workflow.undo.actor"},
		{"nothing was done yet", Appraised, "an", officer, Last{}, "", "workflow.undo.actor"},
		{"an undo is not undone", Assigned, "an", officer, Last{Undo, Appraised, "an"}, "", "workflow.undo.action"},
		{"somebody acted in between", Appraised, "an", officer, Last{Extend, Appraised, "an"}, "", "workflow.undo.action"},
		{"what was reported as processing cannot be unsaid", Assigned, "binh", []who.Role{who.Head}, Last{Assign, Received, "binh"}, "", "workflow.undo.reported"},
		{"who has lost the role may not", Signed, "chi", officer, Last{Sign, Submitted, "chi"}, "", "workflow.role"},
		{"a reception is not undone: its code is printed", Received, "an", officer, Last{Receive, Filed, "an"}, "", "workflow.state"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m, err := d.Next(tc.state, Undo, tc.roles, Facts{Actor: tc.actor, Last: tc.last, Limits: DefaultLimits()})
			switch {
			case tc.key == "" && (err != nil || m.To != tc.to || m.Reported || m.Clock != ClockKept):
				t.Errorf("%+v, %v, want %s", m, err, tc.to)
			case tc.key != "" && fault.From(err).Key != tc.key:
				t.Errorf("got %v, want %s", err, tc.key)
			}
		})
	}
}

func TestARefusalByTheLeaderIsDeliveredAsAResult(t *testing.T) {
	m, err := Standard().Next(Submitted, Refuse, []who.Role{who.Leader}, Facts{Reason: "không đủ điều kiện"})
	if err != nil || m.To != Signed || !m.Refuses || m.Final {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAvailableIsWhatNextAllows(t *testing.T) {
	d := Standard()
	for role, want := range map[who.Role][]Action{
		who.Clerk:   {Receive, Refuse, Supplement, Withdraw, Transfer},
		who.Citizen: {Withdraw},
		who.Leader:  nil,
	} {
		got := d.Available(Filed, []who.Role{role}, Facts{Limits: DefaultLimits()})
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", role, diff)
		}
	}
	if !d.NeedsReason(Filed, Refuse) || d.NeedsReason(Filed, Receive) {
		t.Error("reasons are asked for the wrong acts")
	}
}

func TestTheParametersOfARegimeAreReadOrRefused(t *testing.T) {
	got, err := ParseLimits("x", map[string]string{"supplement_max": "2", "extension_max": "0", "supplement_clock": "resume", "payment_clock": "run", "cutoff": "15:00"})
	want := Limits{IntakeSupplements: 1, Clarifications: 2, Extensions: 0, Restart: false, PaymentRuns: true}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for name, value := range map[string]string{"supplement_max": "many", "extension_max": "-1", "intake_supplement_max": "100", "supplement_clock": "x", "payment_clock": ""} {
		if _, err := ParseLimits("x", map[string]string{name: value}); fault.From(err).Key != "deadlines.regime.param" {
			t.Errorf("%s=%s: got %v", name, value, err)
		}
	}
}
