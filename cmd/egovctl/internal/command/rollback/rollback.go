// Package rollback goes back to the release before, with the data as they are now.
package rollback

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	full := false
	c := &cobra.Command{Use: "rollback", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		m, ok, err := env.NewRollback(c.Context())
		if err != nil {
			return err
		}
		if !ok {
			return screen.Unchanged(env, m.From, "rollback.already")
		}
		defer m.Close()
		m.Full = full
		return screen.Move(c.Context(), env, m)
	}}
	c.Flags().BoolVar(&full, "verify-full", false, env.T("cmd.rollback.flag.full"))
	return c
}
