package desk_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/trial"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// file files a wedding and returns its reference.
func file(t *testing.T, o *trial.Office, by who.Principal, f desk.Filing) string {
	t.Helper()
	var got desk.Filed
	o.Tx(t, by, func(ctx context.Context, tx pgx.Tx) (err error) { got, err = o.Desk.File(ctx, tx, by, f); return err })
	return got.Reference
}

// do acts; the error is the answer.
func do(o *trial.Office, by who.Principal, key string, a desk.Act) (got desk.Acted, err error) {
	err = o.DB.App().Tx(context.Background(), by, func(ctx context.Context, tx pgx.Tx) error {
		got, err = o.Desk.Act(ctx, tx, by, key, a)
		return err
	})
	return got, err
}

type move struct {
	by  who.Principal
	act desk.Act
}

func say(by who.Principal, action string) move { return move{by, desk.Act{Action: action}} }
func why(by who.Principal, action string) move {
	return move{by, desk.Act{Action: action, Reason: "Lý do của việc này"}}
}

// walk does the moves in order and stops the test at the first that is refused.
func walk(t *testing.T, o *trial.Office, key string, moves ...move) (last desk.Acted) {
	t.Helper()
	var err error
	for _, m := range moves {
		if last, err = do(o, m.by, key, m.act); err != nil {
			t.Fatalf("%s by %s: %v", m.act.Action, m.by.Login, err)
		}
	}
	return last
}

func assign() move {
	return move{trial.Head, desk.Act{Action: "assign", ToAccount: "officer"}}
}

func read(t *testing.T, o *trial.Office, key string) dossier.Full {
	t.Helper()
	got, err := o.Desk.Track(context.Background(), trial.Clerk, key, "")
	if err != nil || got.View == nil {
		t.Fatalf("look up %s: %v", key, err)
	}
	return got.View.Full
}

func TestADossierGoesFromTheCounterToItsReturn(t *testing.T) {
	o := trial.Open(t)
	key := file(t, o, trial.Clerk, trial.Wedding())
	received := walk(t, o, key, say(trial.Clerk, "receive"))
	if received.Code != "H17.110-260309-0001" || !received.DueAt.Equal(time.Date(2026, 3, 16, 17, 30, 0, 0, clock.Vietnam)) {
		t.Fatalf("received as %+v", received)
	}
	o.Clock.Set(trial.Morning(12))
	walk(t, o, received.Code, assign(), say(trial.Officer, "appraise"), say(trial.Officer, "submit"), say(trial.Leader, "sign"),
		say(trial.Registrar, "issue"))
	o.Clock.Set(trial.Morning(20))
	walk(t, o, received.Code, say(trial.Clerk, "return"))

	got := read(t, o, received.Code)
	if got.State != workflow.Returned || got.Status != 10 || got.Timeliness != workcal.Early || got.Outcome != dossier.Granted ||
		!got.FinishedAt.Equal(trial.Morning(12)) || !got.ReturnedAt.Equal(trial.Morning(20)) || got.Desk != "" || got.Regime != "mc-2018" {
		t.Fatalf("ended as %+v", got.Dossier)
	}
	var names []string
	for _, st := range got.Steps {
		names = append(names, string(st.Action))
	}
	if s := strings.Join(names, " "); s != "file receive assign appraise submit sign issue return" {
		t.Fatalf("history: %s", s)
	}
	if p := got.Steps[1].Promise; p == nil || len(p.Trace) == 0 || got.Steps[1].ByName != "Lê Thị Bưởi" || got.Steps[1].ByRole != who.Clerk {
		t.Fatalf("reception is noted as %+v", got.Steps[1])
	}
	for what, sql := range map[string]string{
		"audit rows": `select count(*) from platform.audit where service = 'onestop' and agency_id = 3`,
		"events":     `select count(*) from platform.outbox where topic = 'onestop.dossier'`,
	} {
		if n := o.DB.Text(sql); n != "8" {
			t.Errorf("%s %s, want 8", n, what)
		}
	}
	if n := o.DB.Text(`select count(*) from onestop.notice`); n != "7" {
		t.Errorf("%s notices, want one for each act after the filing", n)
	}
}

func TestTheClockFollowsTheActs(t *testing.T) {
	due := func(day, hour, minute int) time.Time {
		return time.Date(2026, 3, day, hour, minute, 0, 0, clock.Vietnam)
	}
	on := func(o *trial.Office, day int) { o.Clock.Set(trial.Morning(day)) }
	for _, c := range []struct {
		name string
		walk func(t *testing.T, o *trial.Office, key string)
		due  time.Time
		late workcal.Standing
		out  dossier.Outcome
		at   workflow.State
	}{
		{"a request for papers restarts the time limit when the full dossier is back", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign())
			on(o, 11)
			walk(t, o, key, why(trial.Officer, "supplement"))
			on(o, 18)
			walk(t, o, key, say(trial.Citizen, "supplement"), say(trial.Clerk, "receive"))
		}, due(25, 17, 30), "", "", workflow.Received},
		{"an obligation to pay stops the clock and the rest goes on afterwards", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign())
			on(o, 10)
			walk(t, o, key, why(trial.Officer, "pause"))
			on(o, 12)
			walk(t, o, key, say(trial.Clerk, "resume"))
		}, due(18, 17, 30), "", "", workflow.Assigned},
		{"a date is moved once, with a reason, to a later working day", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign())
			for _, d := range []struct{ name, day, wrong string }{
				{"no date", "", "onestop.act.due_needed"}, {"an earlier day", "2026-03-10", "onestop.act.due_later"},
				{"a Saturday", "2026-03-21", "onestop.act.due_day_off"}, {"ten years on", "2036-03-21", "onestop.act.due_far"}} {
				day, err := desk.ParseDue(d.day)
				if err != nil {
					t.Fatal(err)
				}
				_, err = do(o, trial.Head, key, desk.Act{Action: "extend", Reason: "Cần xác minh thực tế", Due: day})
				if fault.From(err).Key != d.wrong {
					t.Errorf("%s: %v", d.name, err)
				}
			}
			day, _ := desk.ParseDue("20/03/2026")
			walk(t, o, key, move{trial.Head, desk.Act{Action: "extend", Reason: "Cần xác minh thực tế", Due: day}})
			_, err := do(o, trial.Head, key, desk.Act{Action: "extend", Reason: "Lại cần thêm thời gian", Due: day.AddDate(0, 0, 7)})
			if fault.From(err).Key != "workflow.extension.once" {
				t.Errorf("a second time: %v", err)
			}
		}, due(20, 17, 30), "", "", workflow.Assigned},
		{"what is issued after the promised day is late", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign(), say(trial.Officer, "appraise"), say(trial.Officer, "submit"), say(trial.Leader, "sign"))
			on(o, 17)
			walk(t, o, key, say(trial.Clerk, "issue"))
		}, due(16, 17, 30), workcal.Late, dossier.Granted, workflow.Issued},
		{"a refusal before the leader is the outcome, delivered like a result", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign(), say(trial.Officer, "appraise"), say(trial.Officer, "submit"), why(trial.Leader, "refuse"))
			on(o, 16)
			walk(t, o, key, say(trial.Registrar, "issue"), say(trial.Clerk, "return"))
		}, due(16, 17, 30), workcal.OnTime, dossier.Refused, workflow.Returned},
		{"a refusal that is taken back is none", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign(), say(trial.Officer, "appraise"), say(trial.Officer, "submit"), why(trial.Leader, "refuse"), say(trial.Leader, "undo"))
		}, due(16, 17, 30), "", "", workflow.Submitted},
		{"the citizen withdraws and the desk grants it", func(t *testing.T, o *trial.Office, key string) {
			walk(t, o, key, assign(), say(trial.Citizen, "withdraw"), say(trial.Clerk, "stop"))
		}, due(16, 17, 30), workcal.Early, dossier.Withdrawn, workflow.Halted},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Open(t)
			f := trial.Wedding()
			key := file(t, o, trial.Citizen, f)
			o.DB.Exec(`update onestop.dossier set channel = 'direct'`) // the limit of five days
			walk(t, o, key, say(trial.Clerk, "receive"))
			c.walk(t, o, key)
			got := read(t, o, key)
			if !got.DueAt.Equal(c.due) || got.Timeliness != c.late || got.Outcome != c.out || got.State != c.at || got.Paused() {
				t.Fatalf("due %v, %q, %q, at %q, paused %v", got.DueAt.In(clock.Vietnam), got.Timeliness, got.Outcome, got.State, got.Paused())
			}
			if !got.FirstDueAt.Equal(due(16, 17, 30)) {
				t.Errorf("the first promise became %v", got.FirstDueAt)
			}
		})
	}
}

func TestWhereTheLawSetsNoDateTheClerkDoes(t *testing.T) {
	o := trial.Open(t)
	f := trial.Wedding()
	f.Procedure = trial.NoDate
	without, with := file(t, o, trial.Clerk, f), file(t, o, trial.Clerk, f)
	if got := walk(t, o, without, say(trial.Clerk, "receive")); !got.DueAt.IsZero() {
		t.Fatalf("promised %v", got.DueAt)
	}
	day, _ := desk.ParseDue("2026-03-31")
	got := walk(t, o, with, move{trial.Clerk, desk.Act{Action: "receive", Due: day}})
	if got.DueAt.In(clock.Vietnam).Format(time.DateTime) != "2026-03-31 17:30:00" {
		t.Fatalf("promised %v", got.DueAt)
	}
	byLaw := file(t, o, trial.Clerk, trial.Wedding())
	if _, err := do(o, trial.Clerk, byLaw, desk.Act{Action: "receive", Due: day}); fault.From(err).Key != "onestop.act.due_by_law" {
		t.Fatalf("got %v", err)
	}
}

func TestADossierThatIsHandedToAnotherAgencyStaysVisibleToTheFirst(t *testing.T) {
	o := trial.Open(t)
	key := file(t, o, trial.Clerk, trial.Wedding())
	walk(t, o, key, say(trial.Clerk, "receive"))
	if _, err := do(o, trial.HeadBelow, key, desk.Act{Action: "assign"}); !fault.Is(err, fault.NotFound) {
		t.Fatalf("before the hand-over the department sees it: %v", err)
	}
	walk(t, o, key, move{trial.Head, desk.Act{Action: "transfer", ToAgency: "H17.18", Reason: "Thuộc thẩm quyền của Sở"}},
		move{trial.HeadBelow, desk.Act{Action: "assign"}}) // it has one officer only
	got := read(t, o, key)
	if got.Competent != trial.Department || got.Agency != trial.Ward || got.Officer != trial.OffBelow.Account {
		t.Fatalf("%+v", got.Dossier)
	}
	if _, err := do(o, trial.Head, key, desk.Act{Action: "assign", ToAccount: "officer", Reason: "Giao lại"}); !fault.Is(err, fault.Forbidden) {
		t.Fatalf("the ward still assigns: %v", err)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	o := trial.Open(t)
	key := file(t, o, trial.Citizen, trial.Wedding())
	walk(t, o, key, say(trial.Clerk, "receive"), assign())
	for _, c := range []struct {
		name   string
		by     who.Principal
		action string
		want   fault.Code
	}{
		{"a colleague of the officer", trial.Colleague, "appraise", fault.Forbidden},
		{"a clerk does not appraise", trial.Clerk, "appraise", fault.Forbidden},
		{"a controller does nothing", trial.Controller, "appraise", fault.Forbidden},
		{"a leader cannot sign what was not submitted", trial.Leader, "sign", fault.Conflict},
		{"the chair of the city sees it but does not act for the ward", trial.Chair, "sign", fault.Forbidden},
		{"another agency's clerk does not even see it", trial.Elsewhere, "return", fault.NotFound},
		{"a stranger does not see it", trial.Stranger, "withdraw", fault.NotFound},
		{"nobody", who.Nobody(), "withdraw", fault.NotFound},
		{"the owner does not sign", trial.Citizen, "sign", fault.Forbidden},
		{"no such action", trial.Officer, "explode", fault.NotFound},
		{"no action at all", trial.Officer, "", fault.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := do(o, c.by, key, desk.Act{Action: c.action}); !fault.Is(err, c.want) {
				t.Fatalf("got %v, want %s", err, c.want)
			}
		})
	}
	if _, err := do(o, trial.Officer, key, desk.Act{Action: "appraise", Version: 1}); fault.From(err).Key != "onestop.dossier.changed" {
		t.Fatalf("an act on what was read too long ago: %v", err)
	}
	if n := o.DB.Text(`select max(seq) from onestop.step`); n != "3" {
		t.Fatalf("refused acts left %s steps", n)
	}
}

func TestEveryActionByEveryRoleAgreesWithTheWorkflow(t *testing.T) {
	o := trial.Open(t)
	def := workflow.Standard()
	key := file(t, o, trial.Citizen, trial.Wedding())
	roles := map[string]who.Principal{"citizen": trial.Citizen, "clerk": trial.Clerk, "officer": trial.Officer, "head": trial.Head,
		"leader": trial.Leader, "registrar": trial.Registrar, "controller": trial.Controller}
	path := []move{say(trial.Clerk, "receive"), assign(), say(trial.Officer, "appraise"), say(trial.Officer, "submit"),
		say(trial.Leader, "sign"), say(trial.Registrar, "issue"), say(trial.Clerk, "return")}
	for i := 0; ; i++ {
		state := read(t, o, key).State
		for name, by := range roles {
			for _, a := range def.Actions() {
				role := who.Citizen
				if by.Kind == who.Official {
					role = by.Positions[0].Role
				}
				allowed := false
				for _, tr := range def.Transitions {
					for _, r := range tr.Roles {
						allowed = allowed || (tr.Action == a && tr.From == state && r == role)
					}
				}
				err := o.DB.App().Tx(context.Background(), by, func(ctx context.Context, tx pgx.Tx) error {
					if _, err := o.Desk.Act(ctx, tx, by, key, desk.Act{Action: string(a), Reason: "Lý do", ToAccount: "officer", ToAgency: "H17.18"}); err != nil {
						return err
					}
					return errRollback
				})
				if code := fault.CodeOf(err); !allowed && code != fault.Forbidden && code != fault.Conflict {
					t.Errorf("%s in %s by %s: %v", a, state, name, err)
				}
			}
		}
		if i == len(path) {
			return
		}
		walk(t, o, key, path[i])
	}
}

var errRollback = fault.New(fault.Interrupted, "test.rollback")
