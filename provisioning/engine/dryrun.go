package engine

import (
	"context"
	"errors"

	"egovctl/platform/kernel/fault"
)

// Planned is what one step would do.
type Planned struct {
	Step    string   `json:"step"`
	Title   string   `json:"title"`
	Changes []Change `json:"changes"`
	After   string   `json:"after,omitempty"` // not "": these are only the changes known before that step is done; others may follow
}

// Plan is the dry run: what Run would do, without lock, journal or any write. A step that cannot look before an earlier
// one is done (ErrBefore) is listed with the changes that it knows, after that step. It is a fault of kind Internal when
// that earlier step has nothing left to do, because then a real run could not look either.
func (r *Runner) Plan(ctx context.Context, steps []Step) ([]Planned, error) {
	if err := checkSteps(steps); err != nil {
		return nil, err
	}
	look := ReadOnly(r.o.Host)
	out := make([]Planned, 0, len(steps))
	for _, st := range steps {
		if err := interrupted(ctx); err != nil {
			return out, err
		}
		info := st.Info()
		p := Planned{Step: info.Name, Title: info.Title}
		changes, err := st.Plan(ctx, look)
		var before *BeforeError
		switch {
		case errors.As(err, &before):
			if p.After = waitsFor(out, before.Step); p.After == "" {
				return out, fault.Wrap(err, fault.Internal, "engine.step.before", "step", info.Name)
			}
			changes = before.Known
		case err != nil:
			if stop := interrupted(ctx); stop != nil {
				return out, stop
			}
			return out, err
		}
		if err := checkChanges(info.Name, changes); err != nil {
			return out, err
		}
		p.Changes = append([]Change{}, changes...) // told as a list, also when it is empty
		out = append(out, p)
	}
	return out, nil
}

// waitsFor finds the earlier step that is meant, if it has something to do: by name, or the nearest one for "".
func waitsFor(done []Planned, step string) string {
	for i := len(done) - 1; i >= 0; i-- {
		busy := len(done[i].Changes) > 0 || done[i].After != ""
		if busy && (step == "" || done[i].Step == step) {
			return done[i].Step
		}
	}
	return ""
}

// Pending counts the changes of a dry run, and whether more may follow that cannot be seen yet.
func Pending(plan []Planned) (changes int, more bool) {
	for _, p := range plan {
		changes += len(p.Changes)
		more = more || p.After != ""
	}
	return changes, more
}
