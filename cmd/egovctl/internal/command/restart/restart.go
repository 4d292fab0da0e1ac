// Package restart stops an instance and starts it again.
package restart

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/command/start"
	"egovctl/cmd/egovctl/internal/command/stop"
	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "restart", RunE: func(c *cobra.Command, _ []string) error {
		if err := stop.Run(c.Context(), env); err != nil {
			return err
		}
		return start.Run(c.Context(), env)
	}}
}
