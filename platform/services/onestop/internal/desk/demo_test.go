package desk_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/unit"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/onestop/internal/desk"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/trial"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

func seed(t *testing.T, o *trial.Office, dossiers int, seed uint64) time.Duration {
	t.Helper()
	began := time.Now()
	err := o.DB.Owner().Tx(context.Background(), who.Program("seed"), func(ctx context.Context, tx pgx.Tx) error {
		return o.Desk.SeedDemo(ctx, tx, desk.Demo{People: 300, Dossiers: dossiers, Seed: seed, Now: trial.Morning(9), Citizens: []string{trial.Citizen.Account}})
	})
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(began)
}

func TestADemonstrationHasEveryStateAndOnlyAllowedHistories(t *testing.T) {
	o := trial.Open(t)
	took := seed(t, o, 2000, 7)
	t.Logf("2,000 dossiers in %v", took)
	if n := o.DB.Text(`select count(*) from onestop.dossier`); n != "2000" {
		t.Fatalf("%s dossiers", n)
	}
	for what, sql := range map[string]string{
		"states":                       `select count(distinct state) = 17 from onestop.dossier`,
		"early, on time and late":      `select count(distinct timeliness) = 3 from onestop.dossier where timeliness is not null`,
		"outcomes":                     `select count(distinct outcome) = 4 from onestop.dossier where outcome is not null`,
		"overdue ones":                 `select count(*) > 5 from onestop.dossier where due_at < '2026-03-09' and finished_at is null and paused_at is null`,
		"nothing in the future":        `select max(at) <= '2026-03-09 09:00+07' from onestop.step`,
		"twelve months":                `select min(submitted_at) < '2025-05-01' from onestop.dossier`,
		"numbers of nobody":            `select bool_and(id_number ~ '^09[789]') and bool_and(phone ~ '^0900000\d{3}$') from onestop.dossier_person`,
		"300 people at most":           `select count(distinct id_number) between 250 and 300 from onestop.dossier_person`,
		"the citizen's own":            `select count(*) > 3 from onestop.dossier where owner = 'acc-citizen'`,
		"work for the officer":         `select count(*) > 5 from onestop.dossier where officer = 'acc-officer' and desk = 'officer'`,
		"counters at the last code":    `select bool_and(n = (select count(*) from onestop.dossier d where d.agency_id = c.agency_id and d.code like '%-' || to_char(c.day, 'YYMMDD') || '-%')) from onestop.counter c`,
		"one line in the audit log":    `select count(*) = 1 from platform.audit`,
		"codes only after reception":   `select bool_and((code is null) = (received_at is null)) from onestop.dossier`,
		"more returned than anything":  `select count(*) > 900 from onestop.dossier where state = 'returned'`,
		"fewer late ones than on time": `select count(*) filter (where timeliness = 'late') * 3 < count(*) from onestop.dossier where timeliness is not null`,
	} {
		if o.DB.Text(sql) != "true" {
			t.Errorf("%s: not so", what)
		}
	}
	t.Log(o.DB.Text(`select string_agg(timeliness || ' ' || n, ', ') from (select timeliness, count(*) n from onestop.dossier group by 1) x`))
	replay(t, o)
}

// replay walks every stored history through the workflow and compares where it ends.
func replay(t *testing.T, o *trial.Office) {
	t.Helper()
	def := workflow.Standard()
	ids := o.DB.App()
	err := ids.Read(context.Background(), who.Program("test"), func(ctx context.Context, tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `select id::text from onestop.dossier`)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, id := range all {
			d, err := o.Desk.Store.ByID(ctx, tx, id)
			if err != nil {
				return err
			}
			full, err := o.Desk.Store.Rest(ctx, tx, d)
			if err != nil {
				return err
			}
			follow(t, def, full)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func follow(t *testing.T, def workflow.Definition, f dossier.Full) {
	t.Helper()
	state, facts := def.Start, workflow.Facts{Limits: workflow.DefaultLimits()}
	for i, st := range f.Steps {
		if i == 0 {
			if st.Action != dossier.File || st.To != def.Start {
				t.Fatalf("%s begins with %+v", f.ID, st)
			}
		} else {
			facts.Actor, facts.Reason = st.ByAccount, st.Note
			m, err := def.Next(state, st.Action, []who.Role{st.ByRole}, facts)
			if err != nil || m.To != st.To || st.From != state || st.At.Before(f.Steps[i-1].At) {
				t.Fatalf("%s step %d: %s from %s to %s: %v", f.ID, i, st.Action, st.From, st.To, err)
			}
			state, facts.Return = m.To, m.Return
			switch m.Counts {
			case workflow.GuardIntake:
				facts.IntakeSupplements++
			case workflow.GuardClarification:
				facts.Clarifications++
			case workflow.GuardExtension:
				facts.Extensions++
			}
		}
		facts.Last = workflow.Last{Action: st.Action, From: st.From, Actor: st.ByAccount}
	}
	step, _ := def.Step(state)
	if state != f.State || step.National != f.Status || facts.Return != f.Return || (f.Code != "" && !unit.ValidDossierCode(f.Code)) {
		t.Fatalf("%s stands at %s (%d) with code %q, its history at %s", f.ID, f.State, f.Status, f.Code, state)
	}
	if !f.DueAt.IsZero() && f.Timeliness != "" && f.PausedAt.IsZero() && f.State == workflow.Issued &&
		f.Timeliness != workcal.Finished(f.DueAt, f.FinishedAt, f.DueByHour) {
		t.Fatalf("%s is called %s", f.ID, f.Timeliness)
	}
}

func TestTheSameSeedGivesTheSameDemonstration(t *testing.T) {
	digest := func(n uint64) string {
		o := trial.Open(t)
		seed(t, o, 150, n)
		return o.DB.Text(`select md5(string_agg(x::text, ' ' order by x::text)) from (
			select d::text as x from onestop.dossier d union all select s::text from onestop.step s union all select p::text from onestop.dossier_person p
			union all select c::text from onestop.component c union all select q::text from onestop.dossier_secret q union all select n::text from onestop.notice n) y`)
	}
	if a, b, c := digest(1), digest(1), digest(2); a != b || a == c || a == "" {
		t.Fatalf("%s %s %s", a, b, c)
	}
}
