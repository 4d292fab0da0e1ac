// Package stop ends the processes of an instance, after the requests under way are answered.
package stop

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/keeper"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "stop", RunE: func(c *cobra.Command, _ []string) error {
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
