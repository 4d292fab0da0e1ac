package main

import (
	"context"
	"sync"
	"time"
)

// clients is how many people file and read at the same time.
const clients = 4

// load is what people do while something else is measured.
type load struct {
	stop chan struct{}
	done sync.WaitGroup

	sync.Mutex
	marked       bool
	before, then []float64 // ms, of every request
	failed       int
}

// startLoad lets clients file and read dossiers, one request after the other.
func startLoad(ctx context.Context, t *traveller) *load {
	l := &load{stop: make(chan struct{})}
	for range clients {
		l.done.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-l.stop:
					return
				case <-time.After(10 * time.Millisecond):
				}
				began := time.Now()
				var err error
				if i%2 == 0 {
					err = t.file(ctx, t.token, t.body)
				} else {
					_, err = t.get(ctx, "/api/v1/procedures?limit=5&q=khai+sinh", "")
				}
				l.add(time.Since(began), err)
			}
		})
	}
	return l
}

func (l *load) add(took time.Duration, err error) {
	l.Lock()
	defer l.Unlock()
	if err != nil {
		l.failed++
	}
	if ms := took.Seconds() * 1000; l.marked {
		l.then = append(l.then, ms)
	} else {
		l.before = append(l.before, ms)
	}
}

// mark divides what was before from what is looked at.
func (l *load) mark() {
	l.Lock()
	defer l.Unlock()
	l.marked = true
}

// end waits for the clients and books what they met.
func (l *load) end(t *traveller) {
	close(l.stop)
	l.done.Wait()
	t.asked += len(l.before) + len(l.then)
	t.failed += l.failed
	t.added = append(t.added, longest(l.then)-median(l.before))
}
