// Package serve runs the platform in the foreground.
package serve

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "serve", Annotations: wire.Acts(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env) }}
}

func run(ctx context.Context, env *wire.Env) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	bound := logBound{path: site.Root.LogFile("platform"), limit: 32 << 20, keep: 8}
	if bound.ours() {
		go bound.keepUp(ctx, log, time.Minute)
	}
	ln, err := wire.Listen(site)
	if err != nil {
		return err
	}
	platform, err := env.Platform(ctx, site, log)
	if err != nil {
		return err
	}
	log.Info("serving", "address", ln.Addr().String(), "version", env.Version)
	err = platform.Run(ctx, ln, announce(env))
	log.Info("ended")
	return err
}
