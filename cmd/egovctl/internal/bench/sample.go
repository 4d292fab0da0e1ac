package main

import (
	"math/rand/v2"
	"slices"
)

// pair is one round: floor and ours, measured one after the other.
type pair struct{ floor, ours float64 }

type pairs []pair

// turns runs the two rounds times in the order A B, B A, A B, ... so that a host that grows slower or faster favours
// neither.
func turns(rounds int, floor, ours func() (float64, error)) (pairs, error) {
	var out pairs
	for i := range rounds {
		var p pair
		first, second := func() (err error) { p.ours, err = ours(); return }, func() (err error) { p.floor, err = floor(); return }
		if i%2 == 1 {
			first, second = second, first
		}
		if err := first(); err != nil {
			return out, err
		}
		if err := second(); err != nil {
			return out, err
		}
		out = append(out, p)
	}
	return out, nil
}

func (p pairs) floors() []float64 {
	return pick(p, func(x pair) float64 { return x.floor })
}

func (p pairs) ours() []float64 {
	return pick(p, func(x pair) float64 { return x.ours })
}

func (p pairs) flipped() pairs {
	out := make(pairs, len(p))
	for i, x := range p {
		out[i] = pair{floor: x.ours, ours: x.floor}
	}
	return out
}

// ratio is the median of the rounds' own ratios, so that what slowed both of a round counts for neither.
func (p pairs) ratio() Estimate {
	return estimate(pick(p, func(x pair) float64 { return x.ours / x.floor }))
}

func pick[T any](all []T, f func(T) float64) []float64 {
	out := make([]float64, len(all))
	for i, x := range all {
		out[i] = f(x)
	}
	return out
}

func median(sample []float64) float64 {
	s := slices.Sorted(slices.Values(sample))
	n := len(s)
	if n == 0 {
		return 0
	}
	return (s[(n-1)/2] + s[n/2]) / 2
}

const resamples = 4000

// estimate is the median with the middle 95 % of the medians of resamples. The same sample gives the same interval.
func estimate(sample []float64) Estimate {
	if len(sample) == 0 {
		return Estimate{}
	}
	r := rand.New(rand.NewPCG(2014, 2026))
	medians := make([]float64, resamples)
	again := make([]float64, len(sample))
	for i := range medians {
		for j := range again {
			again[j] = sample[r.IntN(len(sample))]
		}
		medians[i] = median(again)
	}
	slices.Sort(medians)
	return Estimate{Median: median(sample), Low: medians[resamples/40], High: medians[resamples-1-resamples/40]}
}
