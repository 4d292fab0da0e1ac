package engine

import (
	"context"
	"errors"

	"egovctl/platform/kernel/fault"
)

// finish writes the last word of a run that did something, or that ends one which was cut after its last change; a run
// that found nothing to do leaves nothing behind.
func (s *session) finish() error {
	if !s.journal.Begun() && len(s.resumes) == 0 {
		return withdraw(s.o.Disk, s.o.Root, s.made)
	}
	return s.hard(Line{Event: RunDone, Count: s.out.Changes})
}

// fail writes the last word of a run that stopped, after putting everything back where that is the policy, and returns
// the fault for the caller.
func (s *session) fail(work context.Context, steps []Step, cause error) error {
	if !s.journal.Begun() {
		return joined(cause, withdraw(s.o.Disk, s.o.Root, s.made))
	}
	stopped := fault.Is(cause, fault.Interrupted)
	if s.o.OnFailure == Undo && !stopped && s.journal.broken == nil {
		return s.putBack(work, steps, cause)
	}
	last := s.lineOf(RunFailed, cause)
	if stopped {
		last = Line{Event: RunStopped}
	}
	last.Count = s.out.Changes
	err := s.hard(last)
	if stopped {
		return joined(cause, err)
	}
	return joined(fault.Wrap(cause, fault.Partial, "engine.partial", "operation", s.op, "run", s.journal.number), err)
}

// lineOf describes a failure for the journal.
func (s *session) lineOf(event string, cause error) Line {
	f := fault.From(cause)
	return Line{Event: event, Code: string(f.Code), Key: f.Key, Error: s.journal.guard.mask(cause.Error())}
}

// joined keeps cause in front, so that its code and its sentence are the ones that count.
func joined(cause, more error) error {
	if more == nil || errors.Is(cause, more) {
		return cause
	}
	f := *fault.From(cause)
	f.Cause = errors.Join(f.Cause, more)
	return &f
}

func (s *session) close() {
	if s.journal != nil {
		_ = s.journal.Close() // every line was fsynced when it was written
	}
	_ = handOver(s.o.Disk, s.o.Root) // a step may just have given the folder away; the next run tries again and tells
	_ = s.lock.Release()             // the kernel does it at the latest when the process ends
}
