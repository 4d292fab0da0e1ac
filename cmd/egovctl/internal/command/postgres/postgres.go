// Package postgres is the hidden command by which systemd runs an instance's PostgreSQL.
package postgres

import (
	"context"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	await := false
	c := &cobra.Command{Use: "postgres", Annotations: wire.Acts(), Hidden: true, RunE: func(c *cobra.Command, _ []string) error {
		return run(c.Context(), env, await)
	}}
	c.Flags().BoolVar(&await, "await", false, "")
	return c
}

// run becomes the server, or waits for the one that was become. The process already is the instance's account. The unit's
// own time limit ends the wait, and the start with it.
func run(ctx context.Context, env *wire.Env, await bool) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	if site.External() {
		return fault.New(fault.Invalid, "external.no_server")
	}
	site.AsRoot = false
	c, err := site.Cluster(env.Host())
	if err != nil {
		return err
	}
	if await {
		return c.Await(ctx)
	}
	return c.Become(ctx)
}
