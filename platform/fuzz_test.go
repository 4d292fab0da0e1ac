package platform_test

import (
	"flag"
	"runtime"
	"testing"
	"time"

	"egovctl/platform/internal/inspect"
)

var (
	fuzzSeed  = flag.Uint64("fuzz-seed", 0, "seed of the odd requests; 0 takes one from the clock")
	fuzzCount = flag.Int("fuzz-count", 10_000, "how many odd requests are sent")
)

// fuzzTime bounds the odd requests; a million of them are for the long run.
const fuzzTime = 60 * time.Second

// grown is how much more memory may be held after the odd requests than before, both after collecting.
const grown = 64 << 20

// fuzz sends odd requests as everybody: no failure of ours, no word that is not for who asks, no growth.
func fuzz(t *testing.T, w *inspect.World, lines []inspect.Line) {
	seed := *fuzzSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	f := &inspect.Fuzzer{World: w, Lines: lines, Seed: seed}
	before := held()
	end := time.Now().Add(fuzzTime)
	if *fuzzCount > 10_000 {
		end = time.Now().Add(24 * time.Hour)
	}
	answers := make([]int, 6)
	counts := make(chan int, 1024)
	counted := make(chan struct{})
	go func() {
		for n := range counts {
			answers[n]++
		}
		close(counted)
	}()
	found := inspect.Crowd(*fuzzCount, func(i int) []string {
		if time.Now().After(end) {
			counts <- 0
			return nil
		}
		c, _ := f.Call(i)
		a := f.Send(c)
		counts <- min(a.Status/100, 5)
		return f.Judge(i, a)
	})
	close(counts)
	<-counted
	late := answers[0]
	t.Logf("answers: %d of 2xx, %d of 3xx, %d of 4xx, %d of 5xx; %d not sent", answers[2], answers[3], answers[4], answers[5], late)
	if late > *fuzzCount/2 {
		t.Errorf("only half of the requests could be sent in %s", fuzzTime)
	}
	if now := held(); now > before+grown {
		t.Errorf("%d MB are held after the odd requests, %d before", now>>20, before>>20)
	}
	report(t, w, found)
}

func held() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
