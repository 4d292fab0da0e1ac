package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/services/onestop/internal/store"
	"egovctl/platform/workflow"
)

func (g *demo) pick(list []story) []scene {
	sum := 0
	for _, s := range list {
		sum += s.weight
	}
	n := g.rnd.IntN(sum)
	for _, s := range list {
		if n -= s.weight; n < 0 {
			return s.scenes
		}
	}
	return nil
}

// play makes one dossier: one in five is open, the others have their whole story behind them.
func (g *demo) play(ctx context.Context, tx pgx.Tx, number int) error {
	open := number%5 == 0
	scenes, ago := g.pick(stories()), 20+g.rnd.IntN(345)
	if open {
		scenes, ago = g.pick(openings()), 1+g.rnd.IntN(9)
		if g.rnd.IntN(8) == 0 {
			ago += 20 + g.rnd.IntN(40) // long overdue
		}
	}
	at := g.hour(ago)
	for ; at.After(g.in.Now); ago++ {
		at = g.hour(ago + 1)
	}
	full, err := g.begin(ctx, tx, at, number)
	if err != nil {
		return err
	}
	for i, sc := range scenes {
		at = g.next(full, scenes, i, at, open)
		if at.After(g.in.Now) {
			break
		}
		if err := g.perform(ctx, tx, &full, sc, at); err != nil {
			return fmt.Errorf("%s in %s: %w", sc.action, full.State, err)
		}
	}
	g.rows.Dossiers = append(g.rows.Dossiers, full)
	return nil
}

// begin files a dossier at a place, online if the place takes it so.
func (g *demo) begin(ctx context.Context, tx pgx.Tx, at time.Time, number int) (dossier.Full, error) {
	place := g.places[g.rnd.IntN(len(g.places))]
	code := place.procedures[g.rnd.IntN(len(place.procedures))]
	n := g.rnd.IntN(len(g.people))
	g.clock.now = at
	p, err := g.Procedures.Get(ctx, tx, code)
	if err != nil {
		return dossier.Full{}, err
	}
	online, err := g.Procedures.Offering(ctx, tx, code, place.agency.ID)
	if err != nil {
		return dossier.Full{}, err
	}
	f := Filing{Procedure: code, Agency: place.agency.Identifier, Applicant: g.people[n], Components: papersOf(p.Procedure)}
	by := g.staff.someone(g.rnd, place.agency.ID, who.Clerk)
	owner := fmt.Sprintf("demo-person-%d", n)
	if c := len(g.in.Citizens); c > 0 && n%c == number%c && g.rnd.IntN(12) == 0 {
		owner = g.in.Citizens[n%c]
	}
	if online && g.rnd.IntN(10) < 6 {
		by = who.Principal{Account: owner, Kind: who.Person}
	} else if g.rnd.IntN(12) == 0 {
		f.Channel = packaged.Postal
	}
	full, _, err := g.prepare(ctx, tx, by, f)
	if err != nil {
		return full, err
	}
	full.ID, full.Owner = g.newID(at), owner // whoever came to the counter can also follow it
	return full, nil
}

// perform does a scene through the code of real acts.
func (g *demo) perform(ctx context.Context, tx pgx.Tx, full *dossier.Full, sc scene, at time.Time) error {
	g.clock.now = at
	a := Act{Action: string(sc.action), Reason: sc.note}
	by := g.actor(full.Dossier, sc.role)
	switch sc.action {
	case workflow.Assign:
		a.ToAccount = g.staff.someone(g.rnd, full.Competent, who.Officer).Account
	case workflow.Transfer:
		to := g.places[g.rnd.IntN(len(g.places))].agency
		if to.ID == full.Competent {
			return nil
		}
		a.ToAgency = to.Identifier
	case workflow.Extend:
		if full.DueAt.IsZero() {
			return nil
		}
		later := full.DueAt
		if at.After(later) {
			later = at
		}
		a.Due = g.workTime(clock.DayOf(later).AddDate(0, 0, 2+g.rnd.IntN(6)))
	}
	end := full.Steps[len(full.Steps)-1]
	w, err := g.allow(ctx, tx, by, full.Dossier, store.Last{Seq: end.Seq, Action: end.Action, From: end.From, Actor: end.ByAccount}, a)
	if fault.Is(err, fault.Conflict) {
		return nil // the story has turned another way: the dossier stays where it is
	}
	if err != nil {
		return err
	}
	if err := g.carry(ctx, tx, w); err != nil {
		return err
	}
	w.step.To, w.step.DueAfter = w.d.State, w.d.DueAt
	w.d.Version++
	full.Dossier, full.Steps = w.d, append(full.Steps, w.step)
	if w.step.Promise != nil {
		g.book.promises[w.d.ID] = w.step.Promise
	}
	if n := w.notice(); n != nil {
		g.rows.Notices = append(g.rows.Notices, store.NoticeRow{Notice: *n, Agency: w.d.Agency, Account: w.d.Owner})
	}
	return nil
}

// actor is who plays a role on a dossier: the owner, the officer who has it, whoever acted last when it is taken back.
func (g *demo) actor(d dossier.Dossier, role who.Role) who.Principal {
	if role == who.Citizen {
		return who.Principal{Account: d.Owner, Kind: who.Person}
	}
	agency := d.Competent
	if role == who.Clerk {
		agency = d.Agency
	}
	for _, p := range g.staff[agency][role] {
		if role == who.Officer && p.Account == d.Officer {
			return p
		}
	}
	return g.staff.someone(g.rnd, agency, role)
}

// next is when the i-th scene happens: at the counter and within the day at first, then spread over the time until the
// promised date, which most meet, many beat and some miss.
func (g *demo) next(full dossier.Full, scenes []scene, i int, at time.Time, open bool) time.Time {
	minutes := func(lo, hi int) time.Time {
		return g.workTime(at.Add(time.Duration(lo+g.rnd.IntN(hi-lo+1)) * time.Minute))
	}
	days := func(lo, hi int) time.Time { return g.workTime(at.AddDate(0, 0, lo+g.rnd.IntN(hi-lo+1))) }
	switch {
	case open:
		return minutes(20, 200)
	case full.Code == "" && full.Channel == packaged.Direct:
		return minutes(4, 15)
	case full.Code == "":
		return minutes(60, 400)
	case scenes[i].action == workflow.Return:
		return days(0, 4)
	case scenes[i].role == who.Citizen, full.Paused():
		return days(1, 6)
	}
	left := full.DueAt.Sub(at)
	if full.DueAt.IsZero() || left <= 0 {
		return minutes(60, 600)
	}
	share := 0.1 + 0.75*g.rnd.Float64() // of what an even pace would take
	if g.rnd.IntN(60) == 0 {
		share += 4
	}
	steps := 0
	for _, sc := range scenes[i:] {
		if sc.action != workflow.Return {
			steps++
		}
	}
	return g.workTime(at.Add(time.Duration(float64(left) * share / float64(max(1, steps)))))
}

// hour is a moment of office hours some days ago.
func (g *demo) hour(ago int) time.Time {
	day := clock.DayOf(g.in.Now.AddDate(0, 0, -ago))
	return g.workTime(day.Add(7*time.Hour + 30*time.Minute + time.Duration(g.rnd.IntN(9*60*60))*time.Second))
}

// workTime is t if somebody works then, else a moment in the next morning that is worked. It never goes back.
func (g *demo) workTime(t time.Time) time.Time {
	t = t.In(clock.Vietnam).Truncate(time.Second)
	morning := func(day time.Time) time.Time {
		return clock.DayOf(day).Add(7*time.Hour + 45*time.Minute + time.Duration(g.rnd.IntN(180*60))*time.Second)
	}
	minute := t.Hour()*60 + t.Minute()
	switch {
	case minute >= 17*60:
		t = morning(t.AddDate(0, 0, 1))
	case minute < 7*60+30:
		t = morning(t)
	case minute >= 11*60+30 && minute < 13*60+30:
		t = clock.DayOf(t).Add(13*time.Hour + 30*time.Minute + time.Duration(g.rnd.IntN(60*60))*time.Second)
	}
	for !g.cal.IsWorking(t) {
		t = morning(t.AddDate(0, 0, 1))
	}
	return t
}
