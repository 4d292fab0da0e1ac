package workcal_test

import (
	"strings"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	. "egovctl/platform/workcal"
)

func rules(cutoffAt string) Rules {
	r := DefaultRules()
	r.Regime, r.Basis, r.CutoffAt = "mc-2018", "NĐ 61/2018/NĐ-CP", cutoffAt
	return r
}

func term(t interface{ Fatal(...any) }, s string) Term {
	got, err := ParseTerm(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The vectors of the handbook, and what they leave open.
func TestDueDates(t *testing.T) {
	c := calendar(t, input())
	for _, tc := range []struct{ name, received, term, cutoffAt, due string }{
		{"Tết lies between", "2026-02-13 09:00", "5wd", CutoffSameDayOnly, "2026-02-27 17:30"},
		{"Monday compensates Giỗ Tổ on Sunday", "2026-04-23 09:00", "3wd", CutoffSameDayOnly, "2026-04-29 17:30"},
		{"after 15:00 counts as received on the next working day", "2026-04-29 16:00", "1wd", CutoffAll, "2026-05-05 17:30"},
		{"a Saturday is made up", "2026-08-21 09:00", "2wd", CutoffSameDayOnly, "2026-08-24 17:30"},
		{"a made-up Saturday is a due day", "2025-04-25 09:00", "1wd", CutoffSameDayOnly, "2025-04-26 17:30"},
		{"Tết of 2025", "2025-01-24 09:00", "3wd", CutoffSameDayOnly, "2025-02-05 17:30"},
		{"a swapped Monday before National Day", "2026-08-28 09:00", "3wd", CutoffSameDayOnly, "2026-09-07 17:30"},
		{"the new holiday of 24 November", "2026-11-20 09:00", "3wd", CutoffSameDayOnly, "2026-11-26 17:30"},
		{"thirty days end in Tết and roll on", "2026-01-17 09:00", "30d", CutoffSameDayOnly, "2026-02-23 17:30"},
		{"thirty days end on 24 November and roll on", "2026-10-25 09:00", "30d", CutoffSameDayOnly, "2026-11-25 17:30"},

		{"after 15:00 moves nothing where the cutoff is for same-day only", "2026-04-29 16:00", "1wd", CutoffSameDayOnly, "2026-05-04 17:30"},
		{"half a day ends at noon of the next working day", "2026-03-02 09:00", "0.5wd", CutoffSameDayOnly, "2026-03-03 11:30"},
		{"three and a half days end at noon of the fourth", "2026-03-02 09:00", "3.5wd", CutoffSameDayOnly, "2026-03-06 11:30"},
		{"a quarter day with a decimal comma", "2026-03-02 09:00", "0,25wd", CutoffSameDayOnly, "2026-03-03 09:30"},
		{"hours run from reception", "2026-03-02 10:30", "2h", CutoffSameDayOnly, "2026-03-02 14:30"},
		{"hours that fill the day end at closing time", "2026-03-02 07:30", "8h", CutoffSameDayOnly, "2026-03-02 17:30"},
		{"twenty-four hours are three working days", "2026-03-02 10:30", "24h", CutoffSameDayOnly, "2026-03-05 10:30"},
		{"hours begin in the morning when it comes at night", "2026-03-02 22:00", "1h", CutoffSameDayOnly, "2026-03-03 08:30"},
		{"a month ends on the last day of a shorter one, and rolls", "2026-01-31 09:00", "1m", CutoffSameDayOnly, "2026-03-02 17:30"},
		{"two months keep the day number", "2026-03-10 09:00", "2m", CutoffSameDayOnly, "2026-05-11 17:30"},
		{"half a month is fifteen days", "2026-03-02 09:00", "0.5m", CutoffSameDayOnly, "2026-03-17 17:30"},
		{"same day before the cutoff", "2026-03-02 14:59", "same_day", CutoffSameDayOnly, "2026-03-02 17:30"},
		{"same day at the cutoff to the minute", "2026-03-02 15:00", "same_day", CutoffSameDayOnly, "2026-03-02 17:30"},
		{"same day after the cutoff", "2026-03-02 15:01", "same_day", CutoffSameDayOnly, "2026-03-03 17:30"},
		{"same day after the cutoff before a holiday", "2026-04-29 15:30", "same_day", CutoffSameDayOnly, "2026-05-04 17:30"},
		{"same day on a Sunday", "2026-03-01 09:00", "same_day", CutoffSameDayOnly, "2026-03-02 17:30"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := c.Due(at(tc.received), term(t, tc.term), rules(tc.cutoffAt))
			if err != nil {
				t.Fatal(err)
			}
			if !p.HasDue || !p.Due.Equal(at(tc.due)) {
				t.Errorf("due %s, want %s", p.Due.Format("2006-01-02 15:04"), tc.due)
			}
		})
	}
}

func TestAnOtherTermHasNoDateAndSaysSo(t *testing.T) {
	p, err := calendar(t, input()).Due(at("2026-03-02 09:00"), Term{Kind: Other, Text: "theo lịch thi"}, rules(CutoffAll))
	if err != nil || p.HasDue || !p.Due.IsZero() || !says(p, "deadlines.trace.other") {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestThePromiseExplainsEachDayThatWasNotCounted(t *testing.T) {
	p, err := calendar(t, input()).Due(at("2026-02-13 16:00"), term(t, "2wd"), rules(CutoffAll))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range p.Trace {
		got = append(got, strings.TrimPrefix(l.Key, "deadlines.trace.")+" "+l.Args["date"]+l.Args["from"])
	}
	want := []string{"rule.working_days ", "received ", "regime ", "moved.cutoff 23/02/2026", "skip.weekend 14/02/2026",
		"skip.holiday 16/02/2026", "skip.holiday 17/02/2026", "skip.holiday 18/02/2026", "skip.holiday 19/02/2026", "skip.holiday 20/02/2026",
		"skip.weekend 21/02/2026", "due.day 25/02/2026", "calendar "}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("trace is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAPromiseThatRestsOnComputedDaysSaysSo(t *testing.T) {
	c := calendar(t, input())
	for received, want := range map[string]bool{"2028-01-21 09:00": true, "2028-03-06 09:00": false, "2026-02-13 09:00": false} {
		p, err := c.Due(at(received), term(t, "5wd"), rules(CutoffAll))
		if err != nil || p.Provisional != want || says(p, "deadlines.trace.provisional") != want {
			t.Errorf("received %s: provisional %v (%v), want %v", received, p.Provisional, err, want)
		}
	}
}

func TestATermIsReadOrRefused(t *testing.T) {
	for in, want := range map[string]string{
		"5wd": "5wd", " 3.5WD ": "3.5wd", "3,5wd": "3.5wd", "30d": "30d", "2m": "2m", "24h": "24h", "24 h": "24h", "same_day": "same_day", "other": "other",
		"5": "deadlines.term.unit", "3.5": "deadlines.term.unit", "-5": "deadlines.term.unit",
		"": "deadlines.term.form", "wd": "deadlines.term.form", "5 years": "deadlines.term.form", "1.2345d": "deadlines.term.form", "1.2.3d": "deadlines.term.form", "NaNd": "deadlines.term.form",
		"99999999999999999999d": "deadlines.term.form", "0wd": "deadlines.term.amount", "-5wd": "deadlines.term.amount", "5000d": "deadlines.term.amount", "999999999999wd": "deadlines.term.amount",
	} {
		got, err := ParseTerm(in)
		if err != nil {
			e := fault.From(err)
			if e.Key != want || e.Code != fault.Invalid || e.Field != "term" {
				t.Errorf("%q: got %v, want %s", in, err, want)
			}
			continue
		}
		if got.String() != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestADateOutsideTheKnownYearsIsRefused(t *testing.T) {
	c := calendar(t, input())
	for _, tc := range []struct{ received, term string }{
		{"2019-05-05 09:00", "5wd"}, {"2041-05-05 09:00", "5wd"}, {"2037-12-30 09:00", "5wd"}, {"2037-12-30 09:00", "24h"},
		{"2037-12-30 09:00", "30d"}, {"2037-12-30 09:00", "2m"}, {"2037-12-31 16:00", "same_day"},
	} {
		_, err := c.Due(at(tc.received), term(t, tc.term), rules(CutoffSameDayOnly))
		if fault.From(err).Key != "deadlines.calendar.beyond" {
			t.Errorf("%v: got %v", tc, err)
		}
	}
}

func TestFinishedWorkIsEarlyOnTimeOrLate(t *testing.T) {
	due := at("2026-03-05 17:30")
	for finish, want := range map[string]Standing{"2026-03-04 23:59": Early, "2026-03-05 08:00": OnTime, "2026-03-05 21:00": OnTime, "2026-03-06 07:00": Late} {
		if got := Finished(due, at(finish), false); got != want {
			t.Errorf("finished %s: %s, want %s", finish, got, want)
		}
	}
	due = at("2026-03-05 10:30")
	for finish, want := range map[string]Standing{"2026-03-05 09:59": Early, "2026-03-05 10:00": OnTime, "2026-03-05 10:59": OnTime, "2026-03-05 11:00": Late} {
		if got := Finished(due, at(finish), true); got != want {
			t.Errorf("finished %s to the hour: %s, want %s", finish, got, want)
		}
	}
}

func TestOpenWorkIsInTimeDueSoonOrOverdue(t *testing.T) {
	c, due := calendar(t, input()), at("2026-02-23 17:30")
	for now, want := range map[string]Standing{"2026-02-12 10:00": InTime, "2026-02-14 10:00": DueSoon, "2026-02-23 18:00": DueSoon, "2026-02-24 00:01": Overdue} {
		if got, err := c.Open(due, at(now), false, DayMinutes); err != nil || got != want {
			t.Errorf("at %s: %s (%v), want %s", now, got, err, want)
		}
	}
	days, minutes, err := c.Left(due, at("2026-02-12 16:30"))
	if err != nil || days != 2 || minutes != 60 {
		t.Errorf("left %d days %d minutes, %v", days, minutes, err)
	}
}

func says(p Promise, key string) bool {
	for _, l := range p.Trace {
		if l.Key == key {
			return true
		}
	}
	return false
}

func BenchmarkDueAfterTenYears(b *testing.B) {
	c, limit, r := calendar(b, input()), term(b, "2400wd"), rules(CutoffAll)
	received := at("2026-02-13 09:00")
	for b.Loop() {
		if _, err := c.Due(received, limit, r); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/promise")
}
