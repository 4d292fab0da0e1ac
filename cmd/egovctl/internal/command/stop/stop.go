// Package stop ends the processes of an instance, after the requests under way are answered.
package stop

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/keeper"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "stop", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		if env.Flags.DryRun {
			plan, err := Plan(c.Context(), env)
			if err != nil {
				return err
			}
			return screen.Plan(env, plan)
		}
		if err := Run(c.Context(), env); err != nil {
			return err
		}
		if env.JSON() {
			return env.Line(map[string]any{"event": "result", "status": "stopped"})
		}
		_, err := fmt.Fprintln(env.Out, env.T("stopped"))
		return err
	}}
}

// Plan tells what Run would stop, in its order.
func Plan(ctx context.Context, env *wire.Env) ([]engine.Planned, error) {
	site, err := env.Site()
	if err != nil {
		return nil, err
	}
	look := env.Host()
	platform, err := keeper.For(site).Platform(ctx, look)
	if err != nil {
		return nil, err
	}
	server, _, err := site.Process(look)
	if err != nil && !fault.Is(err, fault.NotFound) { // no account, so no server of its
		return nil, err
	}
	return []engine.Planned{planned("platform", platform.PID), planned("server", server)}, nil
}

// planned is the end of a step's process; nothing when it does not run.
func planned(step string, pid int) engine.Planned {
	p := engine.Planned{Step: step, Title: "stop." + step, Changes: []engine.Change{}}
	if pid != 0 {
		p.Changes = append(p.Changes, engine.Change{ID: "stop", Action: "stop", Target: fmt.Sprintf("PID %d", pid)})
	}
	return p
}

// Run stops the platform first, PostgreSQL after it, under the instance's lock.
func Run(ctx context.Context, env *wire.Env) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	lock, err := engine.Acquire(string(site.Root), "stop", clock.System{})
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }()
	k, on := keeper.For(site), env.Host()
	if err := k.StopPlatform(ctx, on); err != nil {
		return err
	}
	return k.StopServer(ctx, on)
}
