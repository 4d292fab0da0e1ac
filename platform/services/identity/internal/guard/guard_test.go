package guard

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"egovctl/platform/kernel/fault"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name string
		seen Seen
		want Lane // "" is refused
	}{
		{"the first try of a new address", Seen{}, Clean},
		{"the second", Seen{Clean: 1, Address: 1, Pair: 1, PairLast: noon}, Open},
		{"the sixth at once waits", Seen{Open: 4, Clean: 1, Address: 5, Pair: 5, PairLast: noon}, ""},
		{"the sixth after its pause", Seen{Open: 4, Clean: 1, Address: 5, Pair: 5, PairLast: noon.Add(-time.Second)}, Open},
		{"a clean address while the open lane is spent", Seen{Open: MaxOpen}, Clean},
		{"a clean address while its own lane is spent too", Seen{Open: MaxOpen, Clean: MaxClean}, ""},
		{"a familiar address while everything else is spent", Seen{Open: MaxOpen, Clean: MaxClean, Address: MaxAddress, Known: true}, Familiar},
		{"a familiar address that spent its lane", Seen{Familiar: MaxFamiliar, Known: true, Address: 10}, Open},
		{"an address that guessed everywhere", Seen{Address: MaxAddress}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			lane, err := Decide(c.seen, noon)
			if lane != c.want || (c.want == "") != fault.Is(err, fault.TooMany) {
				t.Errorf("%q %v, want %q", lane, err, c.want)
			}
		})
	}
}

func TestThePauseGrowsAndIsBounded(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 0, 4: 0, 5: time.Second, 6: 2 * time.Second, 10: 32 * time.Second, 100: LongestPause} {
		if got := Pause(n); got != want {
			t.Errorf("after %d failures %s, want %s", n, got, want)
		}
	}
}

// Whoever tries from wherever, in whatever order: never more than a hundred within an hour, and the familiar address
// is never shut out by others.
func TestAHundredIsTheMost(t *testing.T) {
	if MaxFamiliar+MaxClean+MaxOpen != 100 {
		t.Fatal("the lanes are not a hundred")
	}
	rapid.Check(t, func(t *rapid.T) {
		var s Seen
		failures, total := map[int]int{}, 0
		last := map[int]time.Time{}
		now := noon
		for range 300 {
			a := rapid.IntRange(0, 120).Draw(t, "address")
			now = now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "wait")) * time.Second)
			one := s
			one.Address, one.Pair, one.PairLast, one.Known = failures[a], failures[a], last[a], a == 0
			lane, err := Decide(one, now)
			if err != nil {
				if a == 0 && failures[0] < FreeFailures {
					t.Fatalf("the familiar address was refused: %v", err)
				}
				continue
			}
			total++
			failures[a]++
			last[a] = now
			switch lane {
			case Familiar:
				s.Familiar++
			case Clean:
				s.Clean++
			case Open:
				s.Open++
			}
		}
		if total > 100 {
			t.Fatalf("%d tries", total)
		}
	})
}
