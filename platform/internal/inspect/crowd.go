package inspect

import (
	"sync"
)

// crowd is how many ask at once: as many as a small machine can keep busy together with its database.
const crowd = 6

// Crowd does job for the numbers from 0 up to n, several at once, and gathers what they find. It gives up after a
// hundred findings: more say nothing new.
func Crowd(n int, job func(i int) []string) []string {
	var (
		out  []string
		next int
		mu   sync.Mutex
		all  sync.WaitGroup
	)
	take := func(found []string) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		out = append(out, found...)
		if next >= n || len(out) > 100 {
			return 0, false
		}
		next++
		return next - 1, true
	}
	for range crowd {
		all.Go(func() {
			var found []string
			for {
				i, ok := take(found)
				if !ok {
					return
				}
				found = job(i)
			}
		})
	}
	all.Wait()
	return out
}
