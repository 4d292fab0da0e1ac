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
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if !site.Systemd { // otherwise systemd's timer does it
		go backups{env: env, program: root.Binary(), log: root.LogFile("backup"), say: log}.keep(ctx, time.Minute)
	}
	return supervise.Run(ctx, supervise.Config{
		Binary: root.Binary(), Args: []string{"serve", "--root", string(root)}, Dir: "/",
		LogFile: root.LogFile("platform"), StateFile: supervise.StateFile(root),
		Ready: 60 * time.Second, Drain: 30 * time.Second,
		Listener: door,
		Log:      log,
		Watch: func(ctx context.Context) error {
			if site.Systemd || site.External() {
				return nil // somebody else keeps PostgreSQL
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
