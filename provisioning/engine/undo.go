package engine

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"

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
	for _, r := range Open(s.history) {
		s.resumes = append(s.resumes, r.Number)
	}
	work, free := s.lock.Context(context.WithoutCancel(ctx))
	defer free()
	look, end := s.lock.Context(ctx)
	defer end()
	if err := s.reverse(look, work, steps, pending(s.history, steps, s.o.Root)); err != nil {
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
	if err := s.reverse(work, work, steps, pending(runs, steps, s.o.Root)); err != nil {
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

// pending lists what was begun and not put back, newest first. What lay below ROOT is looked for where ROOT lies now. What
// was started is stopped once, however often it was started.
func pending(runs []Run, steps []Step, root string) []reversal {
	mine := map[string]bool{}
	for _, st := range steps {
		mine[st.Info().Name] = true
	}
	var begun []Line
	started := map[string]int{} // place in out of the reversal of a start
	undone := map[string]bool{}
	for _, r := range runs {
		for _, l := range r.Lines {
			switch {
			case l.Event == ChangeStarted && l.Change != nil && mine[l.Step]:
				c := *l.Change
				c.ID, c.Target = rebased(c.ID, r.Root, root), rebased(c.Target, r.Root, root)
				l.Change = &c
				begun = append(begun, l)
			case l.Event == UndoDone || l.Event == UndoKept:
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
		if l.Change.Action == "start" {
			key := l.Step + " " + l.Change.ID
			if at, again := started[key]; again {
				out[at].of = append(out[at].of, l.Ref())
				continue
			}
			started[key] = len(out)
		}
		out = append(out, reversal{step: l.Step, change: *l.Change, of: []string{l.Ref()}})
	}
	return out
}

// rebased is a path below one ROOT as it is named below another. Anything else stays as it is.
func rebased(path, from, to string) string {
	if rest, below := strings.CutPrefix(path, from); from != "" && below && (rest == "" || rest[0] == '/') {
		return to + rest
	}
	return path
}

// reverse carries out the reversals in the order given.
func (s *session) reverse(look, work context.Context, steps []Step, todo []reversal) error {
	byName := map[string]Step{}
	for _, st := range steps {
		byName[st.Info().Name] = st
	}
	for i, v := range todo {
		if err := interrupted(look); err != nil {
			return err
		}
		st := byName[v.step]
		s.at(i+1, len(todo), st.Info())
		if !st.Info().Reversible {
			s.keep(v.step, st.Info().Why)
			continue
		}
		if err := s.reverseOne(work, st, v); err != nil {
			return err
		}
	}
	return nil
}

// keep notes that something of a step stays, and tells it once; why "" is not worth telling.
func (s *session) keep(step, why string) {
	if why == "" {
		return
	}
	if k := (Kept{Step: step, Why: why}); !slices.Contains(s.out.Kept, k) {
		s.out.Kept = append(s.out.Kept, k)
		s.tell(Event{Event: StepKept, Step: step, Message: why})
	}
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
	var kept *KeptError
	if errors.As(err, &kept) {
		s.keep(v.step, kept.Why)
		return s.hard(Line{Event: UndoKept, Step: v.step, Change: brief(v.change), Of: v.of, MS: ms, Key: kept.Why})
	}
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
