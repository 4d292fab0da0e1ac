// Package restart stops an instance and starts it again. It is the other two commands, one after the other, so that it can
// never do something else than they do.
package restart

import (
	"context"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/command/start"
	"egovctl/cmd/egovctl/internal/command/stop"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/engine"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "restart", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		if env.Flags.DryRun {
			return plan(c.Context(), env)
		}
		if err := stop.Run(c.Context(), env); err != nil {
			return err
		}
		return start.Run(c.Context(), env)
	}}
}

// plan tells what would be stopped, and then started: also what runs now, and so is nothing that start itself would plan.
func plan(ctx context.Context, env *wire.Env) error {
	stops, err := stop.Plan(ctx, env)
	if err != nil {
		return err
	}
	starts, err := start.Plan(ctx, env)
	if err != nil {
		return err
	}
	for i, p := range starts {
		for _, s := range stops {
			if s.Step == p.Step {
				starts[i].Changes = []engine.Change{{ID: "start", Action: "start", Target: p.Step}}
			}
		}
	}
	return screen.Plan(env, append(stops, starts...))
}
