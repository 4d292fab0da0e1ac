package upgrade

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
)

func abort(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "abort", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		m, err := env.NewAbort(c.Context())
		if err != nil {
			return err
		}
		defer m.Close()
		return screen.Move(c.Context(), env, m)
	}}
}
