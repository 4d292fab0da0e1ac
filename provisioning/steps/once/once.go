// Package once makes something true by a task of the platform's own services that must happen once: the first
// accounts, the demo's dossiers, the synthetic dossier whose passage means "installed".
package once

import (
	"context"

	"egovctl/provisioning/engine"
)

// Task is plugged by the wiring.
type Task interface {
	// Done reports whether it happened; ok is false when the platform's data cannot be asked yet.
	Done(ctx context.Context) (done, ok bool, err error)
	// Do makes it happen. A cut in the middle leaves it either done or undone.
	Do(ctx context.Context, on engine.Host, say engine.Progress) error
}

// Step does its task once.
type Step struct {
	name, after string
	task        Task
	purge       bool
	retries     int
}

// New makes a step; after is the step without which the task cannot even be asked about, purgeData says whether an undo
// takes the data folder with it.
func New(name, after string, t Task, purgeData bool) *Step {
	return &Step{name: name, after: after, task: t, purge: purgeData}
}

// Patient is the step for a task that a server which is still coming up may refuse: it is tried again as often.
func (s *Step) Patient(retries int) *Step {
	s.retries = retries
	return s
}

// Info describes the step.
func (s *Step) Info() engine.Info {
	info := engine.Info{Name: s.name, Title: "step." + s.name, Touches: []string{s.name}, Reversible: s.purge, Retries: s.retries}
	if !s.purge {
		info.Why = "step.data.kept"
	}
	return info
}

// Plan asks for the task when it has not happened.
func (s *Step) Plan(ctx context.Context, _ engine.Reader) ([]engine.Change, error) {
	need := engine.Change{ID: s.name, Action: "run", Target: s.name}
	done, ok, err := s.task.Done(ctx)
	switch {
	case err != nil || done:
		return nil, err
	case !ok:
		return nil, engine.After(s.after, need)
	}
	return []engine.Change{need}, nil
}

// Apply makes it happen.
func (s *Step) Apply(ctx context.Context, on engine.Host, _ engine.Change, say engine.Progress) error {
	return s.task.Do(ctx, on, say)
}

// Undo has nothing to do: what the task wrote lives in the data folder and goes with it.
func (s *Step) Undo(context.Context, engine.Host, engine.Change) error { return nil }
