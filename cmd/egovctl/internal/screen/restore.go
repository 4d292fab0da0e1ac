package screen

import (
	"context"
	"time"

	"egovctl/cmd/egovctl/internal/wire"
)

// Restore brings a set back while it shows how far it is, and tells how long that took. done is false for a dry run, which shows
// the plan alone.
func Restore(ctx context.Context, env *wire.Env, r *wire.Restore) (took time.Duration, done bool, err error) {
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
