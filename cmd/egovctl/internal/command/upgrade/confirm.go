package upgrade

import (
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/sequence"
)

// confirm gives up what an upgrade of PostgreSQL has kept of the version before.
func confirm(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "confirm", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		site, err := env.Site()
		if err != nil {
			return err
		}
		steps := sequence.Settle(sequence.Parts{Site: site})
		if env.Flags.DryRun {
			plan, err := env.Runner(nil).Plan(c.Context(), steps)
			if err != nil {
				return err
			}
			return screen.Plan(env, plan)
		}
		report := screen.For(env)
		out, err := env.Runner(report.Event).Run(c.Context(), "confirm", steps)
		report.Close()
		if err != nil {
			return err
		}
		if env.JSON() {
			return env.Line(map[string]any{"event": "result", "status": "confirmed", "changes": out.Changes})
		}
		_, err = fmt.Fprintln(env.Out, env.T("upgrade.confirmed", "n", out.Changes))
		return err
	}}
}
