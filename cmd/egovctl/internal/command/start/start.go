// Package start brings a stopped instance up.
package start

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/sequence"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "start", RunE: func(c *cobra.Command, _ []string) error { return Run(c.Context(), env) }}
}

// Run starts the instance and returns when it takes traffic.
func Run(ctx context.Context, env *wire.Env) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	report := screen.For(env)
	out, err := env.Runner(report.Event).Run(ctx, "start", sequence.Start(site))
	report.Close()
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Line(map[string]any{"event": "result", "status": "running", "url": site.Answers.PublicURL(), "changes": out.Changes})
	}
	_, err = fmt.Fprintln(env.Out, env.T("started", "url", site.Answers.PublicURL()))
	return err
}
