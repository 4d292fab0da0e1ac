package screen

import (
	"context"
	"time"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/engine"
)

// Restoring is what brings something back.
type Restoring interface {
	Plan(ctx context.Context) ([]engine.Planned, error)
	Run(ctx context.Context, report func(engine.Event)) (took time.Duration, err error)
}

// Restore brings a set or a moment back while it shows how far it is, and tells how long that took. done is false for a dry run, which shows
// the plan alone.
func Restore(ctx context.Context, env *wire.Env, r Restoring) (took time.Duration, done bool, err error) {
	if env.Flags.DryRun {
		plan, err := r.Plan(ctx)
		if err != nil {
			return 0, false, err
		}
		return 0, false, Plan(env, plan)
	}
	report := For(env)
	defer report.Close()
	took, err = r.Run(ctx, report.Event)
	return took, err == nil, err
}
