// Package supervisor is the hidden command that keeps the platform running: a unit of systemd, or what `egovctl start` leaves
// behind on a host without it.
package supervisor

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/supervise"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: supervise.Command, Annotations: wire.Acts(), Hidden: true, RunE: func(c *cobra.Command, _ []string) error {
		return run(c.Context(), env)
	}}
}

func run(ctx context.Context, env *wire.Env) error {
	door, err := supervise.Inherited(env.Getenv)
	if err != nil {
		return err
	}
	site, err := env.Site()
	if err != nil {
		return err
	}
	site.AsRoot = false // this process already is the instance's account
	root := site.Root
	return supervise.Run(ctx, supervise.Config{
		Binary: root.Binary(), Args: []string{"serve", "--root", string(root)}, Dir: "/",
		LogFile: root.LogFile("platform"), StateFile: supervise.StateFile(root),
		Ready: 60 * time.Second, Drain: 30 * time.Second,
		Listener: door,
		Log:      slog.New(slog.NewJSONHandler(os.Stderr, nil)),
		Watch: func(ctx context.Context) error {
			if site.Systemd {
				return nil // which keeps PostgreSQL itself
			}
			up, err := site.Running(env.Host())
			if err != nil || up {
				return err
			}
			c, err := site.Cluster(env.Host())
			if err != nil {
				return err
			}
			return c.Start(ctx)
		},
	})
}
