// Package completion prints the shell's completion script.
package completion

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish", Annotations: wire.Reads(), Args: cobra.ExactArgs(1), ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(c *cobra.Command, args []string) error {
			switch args[0] {
			case "bash":
				return c.Root().GenBashCompletionV2(env.Out, true)
			case "zsh":
				return c.Root().GenZshCompletion(env.Out)
			case "fish":
				return c.Root().GenFishCompletion(env.Out, true)
			}
			return fault.New(fault.Invalid, "completion.unknown", "shell", args[0])
		},
	}
}
