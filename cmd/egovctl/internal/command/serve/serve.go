// Package serve runs the platform in the foreground.
package serve

import (
	"context"
	"log/slog"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/web"
	"egovctl/provisioning/supervise"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "serve", RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env) }}
}

func run(ctx context.Context, env *wire.Env) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	ln, err := web.Listen(site.Answers.HTTP.Listen)
	if err != nil {
		return err
	}
	platform, err := env.Platform(ctx, site, log)
	if err != nil {
		return err
	}
	log.Info("serving", "address", ln.Addr().String(), "version", env.Version)
	err = platform.Run(ctx, ln, ready(env))
	log.Info("ended")
	return err
}

// ready tells the supervisor, if there is one, that traffic may come.
func ready(env *wire.Env) func() {
	fd, err := strconv.Atoi(env.Getenv(supervise.ReadyFD))
	_ = os.Unsetenv(supervise.ReadyFD)
	return func() {
		if err != nil {
			return
		}
		pipe := os.NewFile(uintptr(fd), "ready")
		_, _ = pipe.Write([]byte{1}) // a supervisor that does not listen any more is none of ours
		_ = pipe.Close()
	}
}
