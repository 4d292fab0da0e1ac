package engine

import (
	"sync"
	"time"
)

// at says which step is under way, for the events that follow.
func (s *session) at(index, total int, info Info) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.index, s.total, s.title = index, total, info.Title
}

// tell hands e on; one at a time, because a step may report progress from another goroutine.
func (s *session) tell(e Event) {
	s.telling.Lock()
	defer s.telling.Unlock()
	if e.At.IsZero() {
		e.At, e.Op = s.clock.Now(), s.op
	}
	if e.Step != "" {
		e.Title, e.Index, e.Of = s.title, s.index, s.total
	}
	s.o.Events(e)
}

// progress tells how far a change is: at most ten times a second, and the last one always.
func (s *session) progress(step string, c Change) Progress {
	var mu sync.Mutex
	var last time.Time
	return func(done, total int64, unit string) {
		mu.Lock()
		now := time.Now()
		if now.Sub(last) < 100*time.Millisecond && (total == 0 || done < total) {
			mu.Unlock()
			return
		}
		last = now
		mu.Unlock()
		s.tell(Event{Event: StepProgress, Step: step, Change: c.ID, Action: c.Action, Target: c.Target, Done: done, Total: total, Unit: unit})
	}
}
