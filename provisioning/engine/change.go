package engine

import (
	"context"
	"errors"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
)

// change journals, applies and journals one change. The journal knows of it before the host does, and again after.
func (s *session) change(look, work context.Context, st Step, c Change) error {
	info := st.Info()
	if err := s.lock.Check(); err != nil {
		return err
	}
	if err := s.hard(Line{Event: ChangeStarted, Step: info.Name, Change: &c}); err != nil {
		return err
	}
	began := s.clock.Now()
	err := s.tries(look, work, st, c)
	ms := s.clock.Now().Sub(began).Milliseconds()
	if err == nil {
		s.o.Failpoint(Point{"applied", info.Name, c.ID})
		if err := s.hard(Line{Event: ChangeDone, Step: info.Name, Change: brief(c), MS: ms}); err != nil {
			return err
		}
		s.out.Changes++
		return nil
	}
	l := s.lineOf(ChangeFailed, err)
	l.Step, l.Change, l.MS = info.Name, brief(c), ms
	return joined(err, s.hard(l))
}

// brief is c without its details, which stand in the change_started line.
func brief(c Change) *Change { return &Change{ID: c.ID, Action: c.Action, Target: c.Target} }

// tries applies c, again as often as the step's Info says. An interruption during a try is heard after it; during the
// wait between two tries it ends the waiting.
func (s *session) tries(look, work context.Context, st Step, c Change) error {
	info := st.Info()
	for try := 1; ; try++ {
		err := s.once(work, st, c)
		if err == nil || try > info.Retries || !worthAnotherTry(err) || work.Err() != nil {
			return err
		}
		l := s.lineOf(ChangeRetried, err)
		l.Step, l.Change, l.Try = info.Name, brief(c), try+1
		s.soft(l)
		if s.o.Pause(look, backoff(try+1)) != nil {
			if stop := interrupted(look); stop != nil {
				return stop
			}
			return err
		}
	}
}

func (s *session) once(work context.Context, st Step, c Change) error {
	info := st.Info()
	ctx := work
	if info.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(work, info.Timeout)
		defer cancel()
	}
	err := st.Apply(ctx, s.o.Host, c, s.progress(info.Name, c))
	if err == nil {
		return nil
	}
	if lost := interrupted(work); lost != nil {
		return lost
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fault.Wrap(err, fault.Unavailable, "engine.timeout", "step", info.Name, "target", c.Target, "limit", info.Timeout)
	}
	return told(err)
}

// worthAnotherTry refuses what waiting cannot mend, and above all a failed fsync: the same bytes would be called written.
func worthAnotherTry(err error) bool {
	var sync *disk.SyncError
	if errors.As(err, &sync) {
		return false
	}
	switch f := fault.From(err); f.Code {
	case fault.Invalid, fault.Finding, fault.Forbidden, fault.Refused, fault.Decide, fault.Interrupted:
		return false
	}
	return true
}
