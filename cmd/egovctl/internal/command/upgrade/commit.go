package upgrade

import (
	"context"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
)

func commit(env *wire.Env) *cobra.Command {
	var risks []string
	c := &cobra.Command{Use: "commit", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		return runCommit(c.Context(), env, risks)
	}}
	c.Flags().StringArrayVar(&risks, "accept-risk", nil, env.T("cmd.upgrade.flag.risk"))
	return c
}

// runCommit goes over to the staged release. Its own program does it, because only that knows its schemas and its data.
func runCommit(ctx context.Context, env *wire.Env, risks []string) error {
	if err := wire.KnownRisks(risks, wire.RiskUnannounced, wire.RiskUnproven); err != nil {
		return err
	}
	if err := env.Confirmed(); err != nil {
		return err
	}
	m, err := env.NewUpgrade(ctx)
	if err != nil {
		return err
	}
	defer m.Close()
	args := []string{"upgrade", "commit"}
	for _, r := range risks {
		args = append(args, "--accept-risk", r)
	}
	if err := env.HandOver(m.To, args...); err != nil {
		return err
	}
	m.Risks = risks
	if err := m.Allowed(ctx); err != nil {
		return err
	}
	return screen.Move(ctx, env, m)
}
