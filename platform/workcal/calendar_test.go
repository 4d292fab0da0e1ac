package workcal_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	. "egovctl/platform/workcal"
)

// announced is what the government announced for 2024 to 2026 (holidays, days in lieu, swaps and the Saturdays worked).
var announced = map[DayKind][]string{
	Holiday: {
		"2024-01-01", "2024-02-08", "2024-02-09", "2024-02-10", "2024-02-11", "2024-02-12", "2024-04-18", "2024-04-30", "2024-05-01", "2024-09-02", "2024-09-03",
		"2025-01-01", "2025-01-27", "2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-04-07", "2025-04-30", "2025-05-01", "2025-09-01", "2025-09-02",
		"2026-01-01", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-04-26", "2026-04-30", "2026-05-01", "2026-09-01", "2026-09-02", "2026-11-24",
	},
	Compensation: {"2024-02-13", "2024-02-14", "2026-04-27"},
	Swap:         {"2024-04-29", "2025-05-02", "2026-01-02", "2026-08-31"},
	MakeUp:       {"2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"},
}

// lunar is the Tết and Giỗ Tổ of some years.
var lunar = []Lunar{
	lunarOf(2022, "2022-02-01", "2022-04-10"), lunarOf(2023, "2023-01-22", "2023-04-29"),
	lunarOf(2024, "2024-02-10", "2024-04-18"), lunarOf(2025, "2025-01-29", "2025-04-07"), lunarOf(2026, "2026-02-17", "2026-04-26"),
	lunarOf(2027, "2027-02-06", "2027-04-16"), lunarOf(2028, "2028-01-26", "2028-04-04"), lunarOf(2029, "2029-02-13", "2029-04-23"),
	lunarOf(2030, "2030-02-02", "2030-04-12"), lunarOf(2031, "2031-01-23", "2031-04-01"), lunarOf(2032, "2032-02-11", "2032-04-19"),
	lunarOf(2033, "2033-01-31", "2033-04-09"), lunarOf(2034, "2034-02-19", "2034-04-28"), lunarOf(2035, "2035-02-08", "2035-04-17"),
	lunarOf(2036, "2036-01-28", "2036-04-06"), lunarOf(2037, "2037-02-15", "2037-04-24"),
}

func lunarOf(year int, tet, gioTo string) Lunar {
	return Lunar{Year: year, Tet: date(tet), GioTo: date(gioTo)}
}

func date(s string) time.Time {
	t, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return t
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, clock.Vietnam)
	if err != nil {
		panic(err)
	}
	return t
}

func input(more ...Day) Input {
	in := Input{Announced: []int{2024, 2025, 2026}, Lunar: lunar, Days: more}
	for kind, dates := range announced {
		for _, d := range dates {
			in.Days = append(in.Days, Day{Date: date(d), Kind: kind, Name: "ngày " + d, Status: Official})
		}
	}
	return in
}

func calendar(t interface{ Fatal(...any) }, in Input) *Calendar {
	c, err := New(in)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAYearHasItsKnownNumberOfWorkingDays(t *testing.T) {
	c := calendar(t, input())
	for year, want := range map[int]int{2024: 251, 2025: 250, 2026: 249} {
		got, err := c.WorkingDays(clock.Date(year, 1, 1), clock.Date(year, 12, 31))
		if err != nil || got != want {
			t.Errorf("%d has %d working days (%v), want %d", year, got, err, want)
		}
	}
}

func TestAYearThatNobodyAnnouncedIsComputedFromTheLaw(t *testing.T) {
	days := map[string]DayKind{}
	for _, d := range StatutoryDays(2027, lunar[5]) {
		if d.Status != Computed {
			t.Errorf("%s is marked %q", d.Date, d.Status)
		}
		days[d.Date.Format("01-02")] = d.Kind
	}
	want := map[string]DayKind{
		"01-01": Holiday, "02-05": Holiday, "02-06": Holiday, "02-07": Holiday, "02-08": Holiday, "02-09": Holiday,
		"02-10": Compensation, "02-11": Compensation, "04-16": Holiday, "04-30": Holiday, "05-01": Holiday, "05-03": Compensation,
		"09-02": Holiday, "09-03": Holiday, "11-24": Holiday,
	}
	if diff := cmp.Diff(want, days); diff != "" {
		t.Error(diff)
	}
}

func TestTheDayBesideNationalDayIsTheOneThatWasChosen(t *testing.T) {
	for year, want := range map[int]string{2021: "2021-09-03", 2022: "2022-09-01", 2023: "2023-09-01", 2024: "2024-09-03", 2025: "2025-09-01", 2026: "2026-09-01"} {
		found := false
		for _, d := range StatutoryDays(year, Lunar{Year: year, Tet: clock.Date(year, 2, 10), GioTo: clock.Date(year, 4, 10)}) {
			found = found || d.Date.Equal(date(want))
		}
		if !found {
			t.Errorf("%d lacks %s", year, want)
		}
	}
}

func TestCultureDayIsAHolidayOnlySince2026(t *testing.T) {
	for year, want := range map[int]bool{2025: false, 2026: true, 2028: true} {
		c := calendar(t, Input{Lunar: []Lunar{{Year: year, Tet: clock.Date(year, 2, 1), GioTo: clock.Date(year, 4, 4)}}})
		if got := c.Day(clock.Date(year, 11, 24)).Kind == Holiday; got != want {
			t.Errorf("%d: holiday %v, want %v", year, got, want)
		}
	}
}

func TestARecordStandsInPlaceOfTheComputedDay(t *testing.T) {
	c := calendar(t, input(Day{Date: date("2028-01-25"), Kind: Working, Status: Official}, Day{Date: date("2028-06-15"), Kind: Holiday, Status: Official}))
	if !c.IsWorking(date("2028-01-25")) {
		t.Error("a computed holiday that the province works is still off")
	}
	if c.IsWorking(date("2028-06-15")) || c.IsWorking(date("2028-01-26")) {
		t.Error("a recorded holiday is worked, or the other computed days are gone")
	}
}

func TestTheVersionFollowsTheContentAndNotTheOrder(t *testing.T) {
	a := calendar(t, input()).Version()
	reversed := input()
	for i, j := 0, len(reversed.Days)-1; i < j; i, j = i+1, j-1 {
		reversed.Days[i], reversed.Days[j] = reversed.Days[j], reversed.Days[i]
	}
	if b := calendar(t, reversed).Version(); a != b {
		t.Errorf("the same days have versions %s and %s", a, b)
	}
	if b := calendar(t, input(Day{Date: date("2026-06-15"), Kind: Holiday})).Version(); a == b {
		t.Error("one more holiday left the version as it was")
	}
	hours, err := ParseHours("07:00-11:30,13:30-17:00")
	if err != nil {
		t.Fatal(err)
	}
	in := input()
	in.Hours = hours
	if b := calendar(t, in).Version(); a == b {
		t.Error("other office hours left the version as it was")
	}
}

func TestACalendarThatCannotBeRightIsRefused(t *testing.T) {
	cases := map[string]struct {
		in  Input
		key string
	}{
		"no year at all":             {Input{}, "deadlines.calendar.empty"},
		"a year missing in between":  {Input{Announced: []int{2024, 2026}}, "deadlines.calendar.gap"},
		"a date given twice":         {Input{Announced: []int{2024}, Days: []Day{{Date: date("2024-01-01"), Kind: Holiday}, {Date: date("2024-01-01"), Kind: Swap}}}, "deadlines.day.twice"},
		"a kind that nobody has met": {Input{Announced: []int{2024}, Days: []Day{{Date: date("2024-01-01"), Kind: "nap"}}}, "deadlines.day.kind"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := New(tc.in)
			if fault.From(err).Key != tc.key {
				t.Errorf("got %v, want %s", err, tc.key)
			}
		})
	}
}

func TestOfficeHours(t *testing.T) {
	for in, key := range map[string]string{
		"07:30-11:30,13:30-17:30": "", "07:00-11:30,13:00-16:30": "", "08:00-16:00": "",
		"07:30-11:30,13:30-17:00": "deadlines.hours.total", "": "deadlines.hours.form", "07:30": "deadlines.hours.form",
		"11:30-07:30": "deadlines.hours.form", "13:30-17:30,07:30-11:30": "deadlines.hours.form", "25:00-26:00": "deadlines.hours.form",
	} {
		h, err := ParseHours(in)
		switch {
		case key == "" && (err != nil || h.String() != in):
			t.Errorf("%q: %v, written back as %q", in, err, h)
		case key != "" && fault.From(err).Key != key:
			t.Errorf("%q: got %v, want %s", in, err, key)
		}
	}
}

// The packaged calendar with 24 November 2026 worked once had the digest 12 digits and no letter: the audit log took it
// for the number of a person and refused the act.
func TestAVersionNeverLooksLikeAPersonalNumber(t *testing.T) {
	for day := range 400 {
		v := calendar(t, input(Day{Date: date("2028-03-01").AddDate(0, 0, day), Kind: Working, Name: "x"})).Version()
		if len(v) != 13 || v[0] != 'c' {
			t.Fatalf("version %q", v)
		}
	}
}
