package workflow

import "egovctl/platform/kernel/who"

// The states of the standard workflow.
const (
	Filed          State = "filed"            // filed online or written down at the counter, not yet received
	AwaitingIntake State = "awaiting_intake"  // the intake check found papers missing
	AnsweredIntake State = "answered_intake"  // the applicant brought them; the desk looks
	Refused        State = "refused"          // not received (phiếu từ chối)
	Received       State = "received"         // has its code and its promised date
	Transferred    State = "transferred"      // handed to another agency, which assigns it
	Assigned       State = "assigned"         // an officer has it
	Appraised      State = "appraised"        // appraised, not yet submitted
	Submitted      State = "submitted"        // before the leader
	Signed         State = "signed"           // signed, not yet issued
	Issued         State = "issued"           // the result has number and seal: the handling clock stopped
	Returned       State = "returned"         // delivered
	AwaitingPapers State = "awaiting_papers"  // a clarification was asked for while it was handled
	AnsweredPapers State = "answered_papers"  // the applicant answered; the desk receives the full dossier again
	AwaitingPay    State = "awaiting_payment" // a financial obligation is to be met
	Withdrawal     State = "withdrawal"       // the applicant asked to withdraw
	Halted         State = "stopped"          // handling was stopped (dừng giải quyết)
)

// The actions of the standard workflow.
const (
	Receive    Action = "receive"
	Assign     Action = "assign"
	Appraise   Action = "appraise"
	Submit     Action = "submit"
	Sign       Action = "sign"
	Issue      Action = "issue"
	Return     Action = "return"
	Supplement Action = "supplement" // ask for papers; in a waiting state: hand them in
	Refuse     Action = "refuse"     // at intake: not received; before the leader: signed as a refusal
	Pause      Action = "pause"
	Resume     Action = "resume"
	Extend     Action = "extend"
	Withdraw   Action = "withdraw"
	Stop       Action = "stop"
	Transfer   Action = "transfer"
	Undo       Action = "undo"
)

// Standard is the first version of the workflow that every procedure has until the province draws its own. The desk receives, forwards and
// returns; the head assigns; the officer appraises and submits; the leader signs; the registrar or the desk issues. A
// procedure of the same day travels the same way: in a small office one person holds several of the roles. The shares
// are the default template: half a day each to forward and assign, and to issue, two thirds for the appraisal, on a limit of ten days.
func Standard() Definition {
	return Definition{ID: StandardID, Version: 1, Start: Filed, Steps: standardSteps(), Transitions: standardTransitions()}
}

func standardSteps() []Step {
	return []Step{
		{State: Filed, National: NationalFiled, Clock: NotStarted, Waits: who.Clerk},
		{State: AwaitingIntake, National: NationalSupplement, Clock: NotStarted, Interrupt: true, Waits: who.Citizen},
		{State: AnsweredIntake, National: NationalSupplement, Clock: NotStarted, Interrupt: true, Waits: who.Clerk},
		{State: Refused, National: NationalRefused, Clock: Stopped, Final: true},
		{State: Received, National: NationalReceived, Clock: Running, Waits: who.Head, Share: 100},
		{State: Transferred, National: NationalProcessing, Clock: Running, Waits: who.Head},
		{State: Assigned, National: NationalProcessing, Clock: Running, Waits: who.Officer, Share: 650},
		{State: Appraised, National: NationalProcessing, Clock: Running, Waits: who.Officer, Share: 100},
		{State: Submitted, National: NationalProcessing, Clock: Running, Waits: who.Leader, Share: 100},
		{State: Signed, National: NationalProcessing, Clock: Running, Waits: who.Registrar, Share: 50},
		{State: Issued, National: NationalFinished, Clock: Stopped, Waits: who.Clerk},
		{State: Returned, National: NationalReturned, Clock: Stopped, Final: true},
		{State: AwaitingPapers, National: NationalSupplement, Clock: Stopped, Interrupt: true, Waits: who.Citizen},
		{State: AnsweredPapers, National: NationalSupplement, Clock: Stopped, Interrupt: true, Waits: who.Clerk},
		{State: AwaitingPay, National: NationalPayment, Clock: Stopped, Interrupt: true, Waits: who.Citizen},
		{State: Withdrawal, National: NationalWithdrawal, Clock: Stopped, Interrupt: true, Waits: who.Clerk},
		{State: Halted, National: NationalStopped, Clock: Stopped, Final: true},
	}
}

func standardTransitions() []Transition {
	ts := mainPath()
	ts = append(ts, supplementPath()...)
	ts = append(ts, interruptions()...)
	return append(ts, corrections()...)
}

// mainPath is the way of a dossier that nothing holds up.
func mainPath() []Transition {
	managers := []who.Role{who.Head, who.Leader}
	return []Transition{
		{Action: Receive, From: Filed, To: Received, Roles: []who.Role{who.Clerk}},
		{Action: Refuse, From: Filed, To: Refused, Roles: []who.Role{who.Clerk}, Reason: true, Refuses: true},
		{Action: Assign, From: Received, To: Assigned, Roles: managers, Undoable: true},
		{Action: Assign, From: Transferred, To: Assigned, Roles: managers, Undoable: true},
		{Action: Appraise, From: Assigned, To: Appraised, Roles: []who.Role{who.Officer}, Undoable: true},
		{Action: Submit, From: Appraised, To: Submitted, Roles: []who.Role{who.Officer, who.Head}, Undoable: true},
		{Action: Sign, From: Submitted, To: Signed, Roles: []who.Role{who.Leader}, Undoable: true},
		{Action: Refuse, From: Submitted, To: Signed, Roles: []who.Role{who.Leader}, Reason: true, Undoable: true, Refuses: true},
		{Action: Issue, From: Signed, To: Issued, Roles: []who.Role{who.Clerk, who.Registrar}},
		{Action: Return, From: Issued, To: Returned, Roles: []who.Role{who.Clerk}},
	}
}

// supplementPath keeps the intake check apart from the clarification while a dossier is handled: each has its own
// count, and only the second one stops a clock. Whoever asks, the slip goes out through the desk.
func supplementPath() []Transition {
	applicant := []who.Role{who.Citizen, who.Clerk}
	ask := []who.Role{who.Clerk, who.Officer, who.Head}
	return []Transition{
		{Action: Supplement, From: Filed, To: AwaitingIntake, Roles: []who.Role{who.Clerk}, Guard: GuardIntake, Reason: true},
		{Action: Supplement, From: AwaitingIntake, To: AnsweredIntake, Roles: applicant},
		{Action: Receive, From: AnsweredIntake, To: Received, Roles: []who.Role{who.Clerk}},
		{Action: Supplement, From: Assigned, To: AwaitingPapers, Roles: ask, Guard: GuardClarification, Reason: true},
		{Action: Supplement, From: Appraised, To: AwaitingPapers, Roles: ask, Guard: GuardClarification, Reason: true},
		{Action: Supplement, From: AwaitingPapers, To: AnsweredPapers, Roles: applicant},
		{Action: Receive, From: AnsweredPapers, To: Previous, Restart: Received, Roles: []who.Role{who.Clerk}, Guard: GuardReturn},
	}
}

// interruptions are payment, withdrawal and the end before a result.
func interruptions() []Transition {
	var ts []Transition
	desk := []who.Role{who.Clerk, who.Officer, who.Head, who.Cashier}
	for _, s := range []State{Assigned, Appraised, Submitted} {
		ts = append(ts, Transition{Action: Pause, From: s, To: AwaitingPay, Roles: desk, Reason: true})
	}
	ts = append(ts, Transition{Action: Resume, From: AwaitingPay, To: Previous, Roles: desk, Guard: GuardReturn})
	for _, s := range []State{Filed, AwaitingIntake, AnsweredIntake, Received, Transferred, Assigned, Appraised, Submitted, AwaitingPapers, AnsweredPapers, AwaitingPay} {
		ts = append(ts, Transition{Action: Withdraw, From: s, To: Withdrawal, Roles: []who.Role{who.Citizen, who.Clerk}})
	}
	deciders := []who.Role{who.Clerk, who.Head, who.Leader}
	ts = append(ts,
		Transition{Action: Resume, From: Withdrawal, To: Previous, Roles: deciders, Guard: GuardReturn, Reason: true},
		Transition{Action: Stop, From: Withdrawal, To: Halted, Roles: deciders})
	for _, s := range []State{AwaitingIntake, AnsweredIntake, AwaitingPapers, AnsweredPapers, AwaitingPay} {
		ts = append(ts, Transition{Action: Stop, From: s, To: Halted, Roles: deciders, Reason: true})
	}
	for _, s := range []State{Transferred, Assigned, Appraised, Submitted} {
		ts = append(ts, Transition{Action: Stop, From: s, To: Halted, Roles: []who.Role{who.Leader}, Reason: true})
	}
	return ts
}

// corrections give work to somebody else, move the date, and take a step back.
func corrections() []Transition {
	var ts []Transition
	managers := []who.Role{who.Head, who.Leader}
	for _, s := range []State{Assigned, Appraised, Submitted} {
		ts = append(ts, Transition{Action: Assign, From: s, To: Assigned, Roles: managers, Reason: true, Undoable: true})
	}
	ts = append(ts,
		Transition{Action: Transfer, From: Filed, To: Filed, Roles: []who.Role{who.Clerk}, Reason: true},
		Transition{Action: Transfer, From: Received, To: Transferred, Roles: []who.Role{who.Clerk, who.Head, who.Leader}, Reason: true})
	for _, s := range []State{Transferred, Assigned, Appraised} {
		ts = append(ts, Transition{Action: Transfer, From: s, To: Transferred, Roles: managers, Reason: true})
	}
	for _, s := range []State{Received, Transferred, Assigned, Appraised, Submitted, Signed} {
		ts = append(ts, Transition{Action: Extend, From: s, To: s, Roles: managers, Guard: GuardExtension, Reason: true})
	}
	for _, s := range []State{Assigned, Appraised, Submitted, Signed} {
		ts = append(ts, Transition{Action: Undo, From: s, To: Previous, Roles: []who.Role{who.Officer, who.Head, who.Leader}, Guard: GuardUndo})
	}
	return ts
}
