// Package serve runs the platform in the foreground.
package serve

import (
	"context"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/web"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	logFile := ""
	c := &cobra.Command{Use: "serve", RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env, logFile) }}
	c.Flags().StringVar(&logFile, "log-file", "", env.T("cmd.serve.flag.log_file"))
	return c
}

func run(ctx context.Context, env *wire.Env, logFile string) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	if err := logTo(logFile); err != nil {
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
	err = platform.Run(ctx, ln, announce(env))
	log.Info("ended")
	return err
}

// logTo sends everything that this process says, its last words in a panic as well, to the end of a file. It is opened
// here and not by systemd, which would do it as root, through whatever link the account has put there.
func logTo(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|unix.O_NOFOLLOW, 0o640)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "serve.log", "path", path)
	}
	defer func() { _ = f.Close() }() // 1 and 2 stay open
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
			return fault.Wrap(err, fault.Finding, "serve.log", "path", path)
		}
	}
	return nil
}
