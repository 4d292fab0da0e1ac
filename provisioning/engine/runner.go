package engine

import (
	"context"
	"errors"
	"time"

	"egovctl/platform/kernel/fault"
)

// Run makes every step true, in order, and returns what it did.
//
// Under the lock of ROOT each step is planned, each of its changes is journaled, applied and journaled again, and the
// step is planned once more: that plan must be empty. Nothing is written to ROOT before the first change is due.
//
// Faults: Busy when another operation runs. Interrupted when ctx ends: the change under way is finished and journaled
// first. Partial, around the cause, when something failed after the first change was begun; before that the cause's own
// code. Internal when a step still finds something to do after it has done everything. Run again to resume.
func (r *Runner) Run(ctx context.Context, op string, steps []Step) (Outcome, error) {
	if err := checkSteps(steps); err != nil {
		return Outcome{}, err
	}
	s, err := r.open(op, true)
	if err != nil {
		return Outcome{}, err
	}
	defer s.close()
	work, free := s.lock.Context(context.WithoutCancel(ctx))
	defer free()
	look, end := s.lock.Context(ctx)
	defer end()
	for i, st := range steps {
		s.at(i+1, len(steps), st.Info())
		if err := s.step(look, work, st); err != nil {
			return s.out, s.fail(work, steps, err)
		}
	}
	return s.out, s.finish()
}

func checkSteps(steps []Step) error {
	seen := map[string]bool{}
	for _, st := range steps {
		name := st.Info().Name
		if name == "" || seen[name] {
			return fault.New(fault.Internal, "engine.step.name", "step", name)
		}
		seen[name] = true
	}
	return nil
}

// step does one step. look ends when the person interrupts, work does not.
func (s *session) step(look, work context.Context, st Step) error {
	info, began := st.Info(), s.clock.Now()
	s.tell(Event{Event: StepStarted, Step: info.Name})
	changes, err := s.plan(look, st)
	if err != nil {
		return err
	}
	s.o.Failpoint(Point{"planned", info.Name, ""})
	done := func(n int) StepResult {
		return StepResult{Name: info.Name, MS: s.clock.Now().Sub(began).Milliseconds(), Changes: n}
	}
	if len(changes) == 0 {
		s.out.Steps = append(s.out.Steps, done(0))
		s.tell(Event{Event: StepDone, Step: info.Name, MS: s.out.Steps[len(s.out.Steps)-1].MS})
		return nil
	}
	s.soft(Line{Event: StepPlanned, Step: info.Name, Count: len(changes)})
	for _, c := range changes {
		if err := interrupted(look); err != nil {
			return err
		}
		if err := s.change(look, work, st, c); err != nil {
			return err
		}
	}
	if err := s.verify(look, st); err != nil {
		return err
	}
	s.out.Steps = append(s.out.Steps, done(len(changes)))
	return s.hard(Line{Event: StepDone, Step: info.Name, Count: len(changes), MS: done(0).MS})
}

// plan asks a step what it still needs.
func (s *session) plan(ctx context.Context, st Step) ([]Change, error) {
	if err := interrupted(ctx); err != nil {
		return nil, err
	}
	changes, err := st.Plan(ctx, s.look)
	if err != nil {
		if stop := interrupted(ctx); stop != nil {
			return nil, stop
		}
		if errors.Is(err, ErrBefore) {
			return nil, fault.Wrap(err, fault.Internal, "engine.step.before", "step", st.Info().Name)
		}
		return nil, err
	}
	return changes, checkChanges(st.Info().Name, changes)
}

func checkChanges(step string, changes []Change) error {
	seen := map[string]bool{}
	for _, c := range changes {
		if c.ID == "" || seen[c.ID] {
			return fault.New(fault.Internal, "engine.change.id", "step", step, "change", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// verify plans once more after the last change: whatever it still finds is a defect of the step.
func (s *session) verify(ctx context.Context, st Step) error {
	left, err := s.plan(ctx, st)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fault.New(fault.Internal, "engine.step.remains", "step", st.Info().Name, "remains", listed(left))
	}
	return nil
}

func listed(changes []Change) string {
	text := ""
	for i, c := range changes {
		if i == 5 {
			return text + ", ..."
		}
		if i > 0 {
			text += ", "
		}
		text += c.Action + " " + c.Target
	}
	return text
}

// interrupted turns the end of ctx into its fault: the lost lock's own, Interrupted otherwise.
func interrupted(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	if cause := context.Cause(ctx); fault.Is(cause, fault.Internal) && errors.Is(cause, errLockLost) {
		return cause
	}
	return fault.Wrap(ctx.Err(), fault.Interrupted, "engine.interrupted")
}

// backoff is how long to wait before try n (from 2): 0.2 s, doubled each time, at most 5 s.
func backoff(n int) time.Duration {
	d := 200 * time.Millisecond << min(n-2, 10)
	return min(d, 5*time.Second)
}
