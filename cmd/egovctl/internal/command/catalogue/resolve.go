package catalogue

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/merge"
)

func newResolve(env *wire.Env) *cobra.Command {
	var take, reason string
	c := &cobra.Command{Use: "resolve KEY[.FIELD]", Annotations: wire.Rehearses(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return resolve(c.Context(), env, args[0], take, reason)
	}}
	c.Flags().StringVar(&take, "take", "", env.T("cmd.catalogue.flag.take"))
	c.Flags().StringVar(&reason, "reason", "", env.T("cmd.catalogue.flag.reason"))
	return c
}

// resolved is the result of `catalogue resolve -o json`.
type resolved struct {
	Resolved []string `json:"resolved"`
	Take     string   `json:"take"`
	DryRun   bool     `json:"dry_run"`
}

func resolve(ctx context.Context, env *wire.Env, name, take, reason string) error {
	var done []merge.Conflict
	err := desk.Tx(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		if done, err = merge.Resolve(ctx, tx, wire.Operator(), o.Merging(), name, take, reason); err == nil && env.Flags.DryRun {
			err = errRehearsed
		}
		return err
	})
	if err != nil && !errors.Is(err, errRehearsed) {
		return each(err)
	}
	out := resolved{Take: take, DryRun: env.Flags.DryRun}
	for _, c := range done {
		out.Resolved = append(out.Resolved, c.Name())
	}
	if env.JSON() {
		return env.Print(out)
	}
	key := "merge.resolved"
	if out.DryRun {
		key = "commands.dry_run"
	}
	desk.Note(env, key, "n", len(done), "name", name)
	return nil
}
