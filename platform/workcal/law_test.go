package workcal_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
	. "egovctl/platform/workcal"
)

// drawn makes the calendars, moments, terms and rules over which the laws hold.
func drawMoment(t *rapid.T, label string) time.Time {
	minutes := rapid.IntRange(0, 6*365*24*60).Draw(t, label)
	return clock.Date(2023, 1, 1).Add(time.Duration(minutes)*time.Minute + time.Duration(rapid.IntRange(0, 59).Draw(t, label+" seconds"))*time.Second)
}

func drawTerm(t *rapid.T) Term {
	kind := rapid.SampledFrom([]TermKind{WorkingDays, CalendarDays, Months, WorkingHours, SameDay}).Draw(t, "kind")
	limit := map[TermKind]int{WorkingDays: 200_000, CalendarDays: 400_000, Months: 24_000, WorkingHours: 900_000, SameDay: 1}[kind]
	amount := int64(rapid.IntRange(1, limit).Draw(t, "thousands"))
	if rapid.Bool().Draw(t, "whole") {
		amount = (amount + 999) / 1000 * 1000
	}
	return Term{Kind: kind, Thousands: amount}
}

func drawRules(t *rapid.T) Rules {
	r := rules(rapid.SampledFrom([]string{CutoffSameDayOnly, CutoffAll}).Draw(t, "cutoff applies"))
	r.Cutoff = rapid.IntRange(9*60, 16*60).Draw(t, "cutoff")
	return r
}

func due(t *rapid.T, c *Calendar, received time.Time, term Term, r Rules) Promise {
	p, err := c.Due(received, term, r)
	if err != nil {
		t.Fatalf("%v from %s: %v", term, received, err)
	}
	return p
}

func TestLaws(t *testing.T) {
	c := calendar(t, input())
	law := func(name string, holds func(t *rapid.T)) {
		t.Run(name, func(t *testing.T) { rapid.Check(t, holds) })
	}
	law("who files later is never promised earlier", func(t *rapid.T) {
		term, r := drawTerm(t), drawRules(t)
		a, b := drawMoment(t, "a"), drawMoment(t, "b")
		if b.Before(a) {
			a, b = b, a
		}
		if p, q := due(t, c, a, term, r), due(t, c, b, term, r); q.Due.Before(p.Due) {
			t.Fatalf("%v: received %s due %s, received %s due %s", term, a, p.Due, b, q.Due)
		}
	})
	law("a longer limit never ends earlier", func(t *rapid.T) {
		term, r, received := drawTerm(t), drawRules(t), drawMoment(t, "received")
		longer := term
		longer.Thousands += int64(rapid.IntRange(0, 5000).Draw(t, "more"))
		if p, q := due(t, c, received, term, r), due(t, c, received, longer, r); q.Due.Before(p.Due) {
			t.Fatalf("%v ends %s, %v ends %s", term, p.Due, longer, q.Due)
		}
	})
	law("a due date is a working day, in office hours, after reception", func(t *rapid.T) {
		term, r, received := drawTerm(t), drawRules(t), drawMoment(t, "received")
		p := due(t, c, received, term, r)
		if !c.IsWorking(p.Due) {
			t.Fatalf("%s is no working day", p.Due)
		}
		minute := p.Due.Hour()*60 + p.Due.Minute()
		if minute < 7*60+30 || minute > 17*60+30 {
			t.Fatalf("%s is outside office hours", p.Due)
		}
		if term.Kind != WorkingHours && term.Kind != SameDay && !clock.DayOf(p.Due).After(clock.DayOf(received)) {
			t.Fatalf("%v received %s is due the same day", term, received)
		}
		if term.Kind == WorkingHours && !p.Due.After(received) {
			t.Fatalf("%v received %s is due %s", term, received, p.Due)
		}
	})
	law("one more holiday never makes a date earlier", func(t *rapid.T) {
		term, r, received := drawTerm(t), drawRules(t), drawMoment(t, "received")
		off := clock.DayOf(received).AddDate(0, 0, rapid.IntRange(-3, 60).Draw(t, "day"))
		in := input()
		kept := in.Days[:0]
		for _, d := range in.Days {
			if !d.Date.Equal(off) {
				kept = append(kept, d)
			}
		}
		in.Days = append(kept, Day{Date: off, Kind: Holiday, Status: Official})
		fewer, err := New(in)
		if err != nil {
			t.Fatal(err)
		}
		if p, q := due(t, c, received, term, r), due(t, fewer, received, term, r); q.Due.Before(p.Due) {
			t.Fatalf("%v received %s: due %s, with a holiday on %s due %s", term, received, p.Due, off, q.Due)
		}
	})
	law("a pause never makes a date earlier, wherever it stands among others", func(t *rapid.T) {
		term, r, received := drawTerm(t), drawRules(t), drawMoment(t, "received")
		pauses := drawPauses(t, received)
		drop := rapid.IntRange(0, len(pauses)-1).Draw(t, "dropped")
		fewer := append(append([]Pause(nil), pauses[:drop]...), pauses[drop+1:]...)
		p, err := replay(c, received, term, r, fewer)
		if err != nil {
			t.Fatal(err)
		}
		q, err := replay(c, received, term, r, pauses)
		if err != nil {
			t.Fatal(err)
		}
		if q.Due.Before(p.Due) || !c.IsWorking(q.Due) {
			t.Fatalf("%v received %s: due %s, with one more pause %s", term, received, p.Due, q.Due)
		}
	})
	law("what was left of the working time at the pause is left after it", func(t *rapid.T) {
		received := drawMoment(t, "received")
		term := Term{Kind: WorkingHours, Thousands: int64(rapid.IntRange(1, 200).Draw(t, "hours")) * 1000}
		from := received.Truncate(time.Minute).Add(time.Duration(rapid.IntRange(1, 100_000).Draw(t, "after")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "for")) * time.Minute)
		p := due(t, c, received, term, DefaultRules())
		q, err := c.Resume(p, Pause{From: from, To: to}, DefaultRules())
		if err != nil {
			t.Fatal(err)
		}
		left, err := c.Between(from, p.Due)
		if err != nil {
			t.Fatal(err)
		}
		after, err := c.Between(to, q.Due)
		if err != nil || left != after {
			t.Fatalf("%d minutes left before, %d after (%v)", left, after, err)
		}
	})
	law("adding working time and measuring it are inverse", func(t *rapid.T) {
		from, minutes := drawMoment(t, "from"), int64(rapid.IntRange(1, 500_000).Draw(t, "minutes"))
		end, err := c.Add(from, minutes)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Between(from, end); err != nil || got != minutes {
			t.Fatalf("%d minutes after %s is %s, which is %d minutes away (%v)", minutes, from, end, got, err)
		}
	})
}

func drawPauses(t *rapid.T, received time.Time) []Pause {
	var pauses []Pause
	end := received
	for range rapid.IntRange(1, 4).Draw(t, "pauses") {
		from := end.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "until pause")) * time.Minute)
		end = from.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "pause")) * time.Minute)
		pauses = append(pauses, Pause{From: from, To: end, Restart: rapid.Bool().Draw(t, "restart")})
	}
	return pauses
}
