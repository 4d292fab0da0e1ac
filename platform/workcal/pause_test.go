package workcal_test

import (
	"strings"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	. "egovctl/platform/workcal"
)

func TestPauses(t *testing.T) {
	c := calendar(t, input())
	stop := func(from, to string) Pause { return Pause{From: at(from), To: at(to)} }
	restart := func(from, to string) Pause { return Pause{From: at(from), To: at(to), Restart: true} }
	for _, tc := range []struct {
		name, received, term string
		pauses               []Pause
		due                  string
	}{
		{"two working days in payment move a five-day limit by two", "2026-03-02 09:00", "5wd", []Pause{stop("2026-03-03 10:00", "2026-03-05 10:00")}, "2026-03-11 17:30"},
		{"a weekend in payment moves nothing", "2026-03-02 09:00", "5wd", []Pause{stop("2026-03-06 17:30", "2026-03-09 07:30")}, "2026-03-09 17:30"},
		{"several short pauses are rounded once", "2026-03-02 09:00", "5wd", []Pause{stop("2026-03-03 09:00", "2026-03-03 10:00"), stop("2026-03-04 09:00", "2026-03-04 10:00")}, "2026-03-10 17:30"},
		{"hours move to the minute", "2026-03-02 08:00", "16h", []Pause{stop("2026-03-02 10:00", "2026-03-03 08:30")}, "2026-03-04 16:30"},
		{"calendar days move by calendar days and roll", "2026-03-02 09:00", "10d", []Pause{stop("2026-03-04 09:00", "2026-03-06 15:00")}, "2026-03-16 17:30"},
		{"a full dossier starts the limit from zero", "2026-03-02 09:00", "5wd", []Pause{restart("2026-03-04 10:00", "2026-03-10 10:00")}, "2026-03-17 17:30"},
		{"a restart does not take back what a long pause gave", "2026-03-02 07:30", "1wd", []Pause{stop("2026-03-02 07:31", "2026-03-04 17:00"), restart("2026-03-04 17:01", "2026-03-04 17:02")}, "2026-03-06 17:30"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := replay(c, at(tc.received), term(t, tc.term), rules(CutoffSameDayOnly), tc.pauses)
			if err != nil {
				t.Fatal(err)
			}
			if !p.Due.Equal(at(tc.due)) {
				t.Errorf("due %s, want %s", p.Due.Format("2006-01-02 15:04"), tc.due)
			}
			explained := 0
			for _, l := range p.Trace {
				if strings.HasPrefix(l.Key, "deadlines.trace.pause.") {
					explained++
				}
			}
			if explained != len(tc.pauses) {
				t.Errorf("%d pauses are explained, want %d", explained, len(tc.pauses))
			}
		})
	}
}

// replay counts a term and then each of its pauses, in order.
func replay(c *Calendar, received time.Time, term Term, rules Rules, pauses []Pause) (Promise, error) {
	p, err := c.Due(received, term, rules)
	for _, pause := range pauses {
		if err != nil {
			return Promise{}, err
		}
		p, err = c.Resume(p, pause, rules)
	}
	return p, err
}

func TestAPauseThatCannotBeIsRefused(t *testing.T) {
	c := calendar(t, input())
	p, err := c.Due(at("2026-03-02 09:00"), term(t, "5wd"), rules(CutoffAll))
	if err != nil {
		t.Fatal(err)
	}
	for name, pause := range map[string]Pause{
		"it ends before it begins":    {From: at("2026-03-04 09:00"), To: at("2026-03-03 09:00")},
		"it begins before reception":  {From: at("2026-03-01 09:00"), To: at("2026-03-03 09:00")},
		"it lies beyond the calendar": {From: at("2026-03-03 09:00"), To: at("2050-03-03 09:00")},
	} {
		if _, err := c.Resume(p, pause, rules(CutoffAll)); fault.CodeOf(err) != fault.Invalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestResumingLeavesThePromiseBeforeItAsItWas(t *testing.T) {
	c := calendar(t, input())
	p, err := c.Due(at("2026-03-02 09:00"), term(t, "5wd"), rules(CutoffAll))
	if err != nil {
		t.Fatal(err)
	}
	before := len(p.Trace)
	for range 2 {
		if _, err := c.Resume(p, Pause{From: at("2026-03-03 09:00"), To: at("2026-03-05 09:00")}, rules(CutoffAll)); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.Trace) != before || !p.Due.Equal(at("2026-03-09 17:30")) {
		t.Errorf("the first promise changed: %+v", p)
	}
}

func TestAnotherCalendarOnlyCountsFromThePauseOn(t *testing.T) {
	old, holiday := calendar(t, input()), calendar(t, input(Day{Date: date("2026-03-04"), Kind: Holiday, Status: Official}))
	p, err := old.Due(at("2026-03-02 09:00"), term(t, "5wd"), rules(CutoffAll))
	if err != nil {
		t.Fatal(err)
	}
	q, err := holiday.Resume(p, Pause{From: at("2026-03-05 09:00"), To: at("2026-03-06 09:00")}, rules(CutoffAll))
	if err != nil {
		t.Fatal(err)
	}
	if !q.Due.Equal(at("2026-03-10 17:30")) || q.CalendarVersion != holiday.Version() {
		t.Errorf("due %s with calendar %s", q.Due, q.CalendarVersion)
	}
}

func TestTheParametersOfARegimeAreReadOrRefused(t *testing.T) {
	r, err := ParseRules("x", "y", map[string]string{"cutoff": "16:30", "cutoff_applies": "all", "supplement_clock": "resume", "supplement_max": "1"})
	if err != nil || r != (Rules{Regime: "x", Basis: "y", Cutoff: 16*60 + 30, CutoffAt: CutoffAll}) {
		t.Errorf("%+v, %v", r, err)
	}
	for name, value := range map[string]string{"cutoff": "3pm", "cutoff_applies": "sometimes", "supplement_clock": "sundial"} {
		_, err := ParseRules("x", "y", map[string]string{name: value})
		if e := fault.From(err); e.Key != "deadlines.regime.param" || e.Field != name {
			t.Errorf("%s=%s: got %v", name, value, err)
		}
	}
}
