package main

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTheTwoTakeTurns(t *testing.T) {
	var order strings.Builder
	_, err := turns(4, func() (float64, error) { order.WriteString("F"); return 1, nil }, func() (float64, error) { order.WriteString("O"); return 2, nil })
	if err != nil || order.String() != "OFFOOFFO" {
		t.Errorf("%s, %v", &order, err)
	}
}

func TestWhatSlowsBothOfARoundCountsForNeither(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var p pairs
	for range 21 {
		slow := 1 + 9*r.Float64()
		p = append(p, pair{floor: 100 * slow, ours: 130 * slow})
	}
	if e := p.ratio(); number(e.Low) != "1.30" || number(e.High) != "1.30" {
		t.Errorf("%+v", e)
	}
}

func TestTheIntervalHoldsTheMedianAndLiesInTheSample(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sample := rapid.SliceOfN(rapid.Float64Range(0.1, 1000), 1, 40).Draw(t, "sample")
		e := estimate(sample)
		if e.Low > e.Median || e.Median > e.High || e.Low < 0.1 || e.High > 1000 {
			t.Fatalf("%+v of %v", e, sample)
		}
	})
}

func TestVerdicts(t *testing.T) {
	steady, wide := pairs{}, pairs{}
	for i := range 21 {
		steady = append(steady, pair{floor: 100, ours: 120})
		wide = append(wide, pair{floor: 100, ours: 50 + 10*float64(i)})
	}
	for _, c := range []struct {
		name  string
		row   Row
		want  Verdict
		fails bool
	}{
		{"the whole interval is under the limit", compared("x", "ms", steady, &Limit{AtMost: 1.5}), Pass, false},
		{"the whole interval is over the limit: a clock fails no run", compared("x", "ms", steady, &Limit{AtMost: 1.1}), Over, false},
		{"the limit lies in the interval", compared("x", "ms", wide, &Limit{AtMost: 1.5}), Unsure, false},
		{"faster by less than it should be", compared("x", "ms", steady, &Limit{AtLeast: 5}), Over, false},
		{"faster by more than it should be", compared("x", "ms", steady, &Limit{AtLeast: 0.5}), Pass, false},
		{"no limit", compared("x", "ms", steady, nil), Noted, false},
		{"a count at its limit", counted("x", "", 0, &Limit{Count: true}), Pass, false},
		{"a count over its limit fails the run", counted("x", "", 1, &Limit{Count: true}), Over, true},
		{"a count under what it should at least be fails the run", counted("x", "", 0.97, &Limit{AtLeast: 0.98, Count: true}), Over, true},
		{"a count that is only told", counted("x", "", 9, &Limit{AtMost: 2}), Over, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.row.Verdict != c.want || c.row.fails() != c.fails {
				t.Errorf("%s, fails %v", c.row.Verdict, c.row.fails())
			}
		})
	}
}
