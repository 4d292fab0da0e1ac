package engine

import (
	"context"
	"errors"
	"io/fs"
	"reflect"

	"egovctl/platform/kernel/fault"
)

// reversal is a change to put back: what it was when it was begun, and the lines that began it.
type reversal struct {
	step   string
	change Change
	of     []string
}

// Undo puts back, newest first, every change of these steps that the journals say was begun and that was not put back
// yet, whether it was ended or cut. Steps that are not in the list stay, and so do those that say they cannot be undone
// (Outcome.Kept). ctx ends the work between two reversals (fault.Interrupted); the one under way is finished, also when
// the caller has given up. A reversal that fails ends the work with fault.Partial: what lies below it is not torn away.
// Called again it does what is left, and nothing when nothing is. fault.NotInstalled when ROOT has no journal.
func (r *Runner) Undo(ctx context.Context, op string, steps []Step) (Outcome, error) {
	if err := checkSteps(steps); err != nil {
		return Outcome{}, err
	}
	if _, err := r.o.Disk.Lstat(FolderOf(r.o.Root)); errors.Is(err, fs.ErrNotExist) {
		return Outcome{}, fault.New(fault.NotInstalled, "engine.root.none", "root", r.o.Root)
	}
	s, err := r.open(op, false)
	if err != nil {
		return Outcome{}, err
	}
	defer s.close()
	s.resumes = nil
	for _, r := range openRuns(s.history) {
		s.resumes = append(s.resumes, r.Number)
	}
	work, free := s.lock.Context(context.WithoutCancel(ctx))
	defer free()
	look, end := s.lock.Context(ctx)
	defer end()
	if err := s.reverse(look, work, steps, pending(s.history, steps)); err != nil {
		return s.out, s.failUndo(err)
	}
	return s.out, s.finish()
}

// failUndo writes the last word; an undo is never itself undone.
func (s *session) failUndo(cause error) error {
	s.o.OnFailure = Stop
	return s.fail(context.Background(), nil, cause)
}

// putBack is the policy Undo: it reverses this run and the unfinished runs that it resumes. When that succeeds the cause
// keeps its own code, because the host is as it was before.
func (s *session) putBack(work context.Context, steps []Step, cause error) error {
	runs := append(s.resumed(), Run{Number: s.journal.number, Lines: s.begun})
	if err := s.reverse(work, work, steps, pending(runs, steps)); err != nil {
		return s.failUndo(joined(cause, err))
	}
	last := s.lineOf(RunUndone, cause)
	if err := s.hard(last); err != nil {
		return fault.Wrap(joined(cause, err), fault.Partial, "engine.partial", "operation", s.op, "run", s.journal.number)
	}
	s.out.Undone = true
	return cause
}

// resumed returns the runs that this one takes up, and those that they took up, oldest first.
func (s *session) resumed() []Run {
	taken := map[int]bool{}
	for _, n := range s.resumes {
		taken[n] = true
	}
	var out []Run
	for i := len(s.history) - 1; i >= 0; i-- {
		if r := s.history[i]; taken[r.Number] {
			for _, n := range r.Resumes {
				taken[n] = true
			}
			out = append([]Run{r}, out...)
		}
	}
	return out
}

// pending lists what was begun and not put back, newest first.
func pending(runs []Run, steps []Step) []reversal {
	mine := map[string]bool{}
	for _, st := range steps {
		mine[st.Info().Name] = true
	}
	var begun []Line
	undone := map[string]bool{}
	for _, r := range runs {
		for _, l := range r.Lines {
			switch {
			case l.Event == ChangeStarted && l.Change != nil && mine[l.Step]:
				begun = append(begun, l)
			case l.Event == UndoDone:
				for _, ref := range l.Of {
					undone[ref] = true
				}
			}
		}
	}
	var out []reversal
	for i := len(begun) - 1; i >= 0; i-- {
		l := begun[i]
		if undone[l.Ref()] {
			continue
		}
		if n := len(out); n > 0 && out[n-1].step == l.Step && reflect.DeepEqual(out[n-1].change, *l.Change) {
			out[n-1].of = append(out[n-1].of, l.Ref()) // the same change begun again at once after a cut: one reversal
			continue
		}
		out = append(out, reversal{step: l.Step, change: *l.Change, of: []string{l.Ref()}})
	}
	return out
}

// reverse carries out the reversals in the order given.
func (s *session) reverse(look, work context.Context, steps []Step, todo []reversal) error {
	byName := map[string]Step{}
	for _, st := range steps {
		byName[st.Info().Name] = st
	}
	kept := map[string]bool{}
	for i, v := range todo {
		if err := interrupted(look); err != nil {
			return err
		}
		st := byName[v.step]
		s.at(i+1, len(todo), st.Info())
		if !st.Info().Reversible {
			if !kept[v.step] {
				kept[v.step] = true
				s.out.Kept = append(s.out.Kept, Kept{Step: v.step, Why: st.Info().Why})
				s.tell(Event{Event: StepKept, Step: v.step, Message: st.Info().Why})
			}
			continue
		}
		if err := s.reverseOne(work, st, v); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) reverseOne(work context.Context, st Step, v reversal) error {
	if err := s.lock.Check(); err != nil {
		return err
	}
	if err := s.hard(Line{Event: UndoStarted, Step: v.step, Change: brief(v.change), Of: v.of}); err != nil {
		return err
	}
	ctx := work
	if limit := st.Info().Timeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(work, limit)
		defer cancel()
	}
	began := s.clock.Now()
	err := st.Undo(ctx, s.o.Host, v.change)
	ms := s.clock.Now().Sub(began).Milliseconds()
	if err = told(err); err != nil {
		l := s.lineOf(UndoFailed, err)
		l.Step, l.Change, l.Of, l.MS = v.step, brief(v.change), v.of, ms
		return joined(err, s.hard(l))
	}
	s.o.Failpoint(Point{"undone", v.step, v.change.ID})
	if err := s.hard(Line{Event: UndoDone, Step: v.step, Change: brief(v.change), Of: v.of, MS: ms}); err != nil {
		return err
	}
	s.out.Changes++
	return nil
}
