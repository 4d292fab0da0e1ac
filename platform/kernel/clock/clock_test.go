package clock_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
)

func TestDaysAreThoseOfVietnam(t *testing.T) {
	for name, c := range map[string]struct{ moment, day string }{
		"an evening in London is the next day":      {"2026-02-05T17:00:00Z", "2026-02-06"},
		"a second before midnight is still the day": {"2026-02-05T16:59:59Z", "2026-02-05"},
		"noon in Hà Nội":                            {"2026-02-05T12:00:00+07:00", "2026-02-05"},
		"the evening before New Year in Tokyo":      {"2026-01-01T01:59:00+09:00", "2025-12-31"},
		"a day of summer time elsewhere":            {"2026-07-01T19:30:00+02:00", "2026-07-02"},
	} {
		at, err := time.Parse(time.RFC3339, c.moment)
		if err != nil {
			t.Fatal(err)
		}
		if got := clock.DayOf(at).Format(time.RFC3339); got != c.day+"T00:00:00+07:00" {
			t.Errorf("%s: %s", name, got)
		}
		if got := clock.Fixed(at).Now(); !got.Equal(at) || got.Format("-07:00") != "+07:00" {
			t.Errorf("%s: a clock held there says %s", name, got)
		}
	}
}

func TestADayIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := clock.Date(1900, time.January, rapid.IntRange(1, 100_000).Draw(t, "day"))
		back, err := clock.ParseDate(day.Format(time.DateOnly))
		if err != nil || !back.Equal(day) || !clock.DayOf(day.Add(24*time.Hour-1)).Equal(day) {
			t.Fatalf("%s comes back as %s, %v", day, back, err)
		}
	})
	for _, s := range []string{"", "2026-02-30", "05/02/2026", "2026-2-5", "2026-02-05T00:00:00Z"} {
		if got, err := clock.ParseDate(s); err == nil {
			t.Errorf("%q is read as %s", s, got)
		}
	}
}

func TestTheHostsClockIsReadInVietnam(t *testing.T) {
	before := time.Now()
	if now := (clock.System{}).Now(); now.Before(before) || now.Format("-07:00") != "+07:00" {
		t.Errorf("%s, after %s", now, before)
	}
}
