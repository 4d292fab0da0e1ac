package backup

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/instance"
)

func moments(t *rapid.T) (ids []string) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range rapid.IntRange(1, 120).Draw(t, "sets") {
		at = at.Add(time.Duration(rapid.IntRange(1, 40*60).Draw(t, "minutes later")) * time.Minute)
		ids = append(ids, NewID(at, nil))
	}
	return ids
}

func keep(t *rapid.T) instance.Keep {
	n := func(name string) int { return rapid.IntRange(0, 20).Draw(t, name) }
	return instance.Keep{Daily: n("daily"), Weekly: n("weekly"), Monthly: n("monthly")}
}

func TestWhatStaysAfterRetention(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids, k := moments(t), keep(t)
		proven := rapid.SampledFrom(append(ids, "")).Draw(t, "proven")
		gone := surplus(ids, k, proven)
		left := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(gone, id) })
		newest := ids[len(ids)-1]
		if slices.Contains(gone, newest) || slices.Contains(gone, proven) {
			t.Fatal("the newest or the proven one goes")
		}
		if again := surplus(left, k, proven); len(again) > 0 {
			t.Fatalf("a second retention takes %v as well", again)
		}
		if k.Daily+k.Weekly+k.Monthly == 0 && len(gone) > 0 {
			t.Fatal("nothing was asked to go")
		}
		last, _ := MadeAt(newest)
		old := slices.DeleteFunc(slices.Clone(left), func(id string) bool { at, _ := MadeAt(id); return last.Sub(at) < 24*time.Hour || id == proven })
		if k.Daily+k.Weekly+k.Monthly > 0 && len(old) > k.Daily+k.Weekly+k.Monthly {
			t.Fatalf("%d older ones stay for %+v", len(old), k)
		}
	})
}

// Each day of the last keep.Daily days that have a set still has one afterwards: its newest.
func TestEachKeptDayHasItsNewestSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := moments(t)
		days := rapid.IntRange(1, 20).Draw(t, "daily")
		gone := surplus(ids, instance.Keep{Daily: days}, "")
		seen := map[string]bool{}
		for _, id := range slices.Backward(ids) {
			at, _ := MadeAt(id)
			day := at.In(clock.Vietnam).Format(time.DateOnly)
			if seen[day] || len(seen) == days {
				continue
			}
			seen[day] = true
			if slices.Contains(gone, id) {
				t.Fatalf("%s, the newest of %s, goes", id, day)
			}
		}
	})
}

func TestTheLastMomentOfTheClock(t *testing.T) {
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, clock.Vietnam) }
	for name, c := range map[string]struct{ now, want time.Time }{
		"before it is yesterday's":     {day(22, 2, 29), day(21, 2, 30)},
		"at the minute it is today's":  {day(22, 2, 30), day(22, 2, 30)},
		"in the evening it is today's": {day(22, 23, 59), day(22, 2, 30)},
		"in another zone all the same": {day(22, 23, 59).UTC(), day(22, 2, 30)},
	} {
		if got := last(c.now, "02:30"); !got.Equal(c.want) {
			t.Errorf("%s: %v", name, got)
		}
		if next := Next(c.now, "02:30"); !next.After(c.now) || next.Sub(c.want) != 24*time.Hour {
			t.Errorf("%s: the next is %v", name, next)
		}
	}
}

func TestNamesOfSets(t *testing.T) {
	now := time.Date(2026, 11, 22, 21, 5, 0, 999, clock.Vietnam)
	id := NewID(now, []byte("key"))
	at, ok := MadeAt(id)
	if !ok || !at.Equal(now.Truncate(time.Second)) || !Own(id, []byte("key")) || Own(id, []byte("other")) {
		t.Errorf("%s: made %v %v", id, at, ok)
	}
	for _, other := range []string{"", "backups", "20261122", "20261122T140500Z", "20261322T140500Z-aa"} {
		if _, ok := MadeAt(other); ok {
			t.Errorf("%q is taken for a set", other)
		}
	}
}

func TestAKeySurvivesItsShares(t *testing.T) {
	for range 20 {
		private, _, err := NewKey()
		if err != nil {
			t.Fatal(err)
		}
		key := string(private[:len(private)-1])
		raw, err := pack(key)
		if err != nil || unpack(raw) != key {
			t.Fatalf("packed and unpacked it is another: %v", err)
		}
	}
	if _, err := pack("AGE-SECRET-KEY-1xx"); err == nil {
		t.Error("half a key was packed")
	}
	if unpack([]byte{1}) != "" {
		t.Error("some bytes became a key")
	}
}
