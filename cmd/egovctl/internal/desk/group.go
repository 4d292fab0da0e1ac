package desk

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
)

// Group is a command that only holds others. Alone it shows its help; with a word that is none of them it is a usage
// error instead of the help and an exit status of 0.
func Group(name string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: name, Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(commands...)
	return c
}
