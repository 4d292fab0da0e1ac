package upgrade

import (
	"context"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
)

func commit(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "commit", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		return runCommit(c.Context(), env)
	}}
}

// runCommit goes over to the staged release. Its own program does it, because only that knows its schemas and its data.
func runCommit(ctx context.Context, env *wire.Env) error {
	m, err := env.NewUpgrade(ctx)
	if err != nil {
		return err
	}
	defer m.Close()
	if err := env.HandOver(m.To, "upgrade", "commit"); err != nil {
		return err
	}
	return screen.Move(ctx, env, m)
}
