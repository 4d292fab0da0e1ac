package catalogue

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/merge"
)

func newDiff(env *wire.Env) *cobra.Command {
	var accept, reason string
	c := &cobra.Command{Use: "diff", Annotations: wire.Rehearses(), Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return diff(c.Context(), env, accept, reason)
	}}
	c.Flags().StringVar(&accept, "accept", "", env.T("cmd.catalogue.flag.accept"))
	c.Flags().StringVar(&reason, "reason", "", env.T("cmd.catalogue.flag.reason"))
	return c
}

func diff(ctx context.Context, env *wire.Env, accept, reason string) error {
	var all []merge.Drift
	err := desk.Tx(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		if accept != "" {
			if _, err := merge.Accept(ctx, tx, wire.Operator(), env.Province(o), accept, reason); err != nil {
				return err
			}
		}
		if all, err = merge.Drifts(ctx, tx, env.Province(o)); err == nil && env.Flags.DryRun {
			err = errRehearsed
		}
		return err
	})
	if err != nil && !errors.Is(err, errRehearsed) {
		return err
	}
	if env.JSON() {
		return desk.List[merge.Drift]{Items: all}.Show(env)
	}
	if accept != "" && env.Flags.DryRun {
		desk.Note(env, "commands.dry_run")
	}
	return tellDrifts(env, all)
}

// tellDrifts prints what nobody has accepted first.
func tellDrifts(env *wire.Env, all []merge.Drift) error {
	waiting := 0
	for _, accepted := range []bool{false, true} {
		for _, d := range all {
			if (d.Accepted != nil) != accepted {
				continue
			}
			if !accepted {
				waiting++
			}
			if err := tellDrift(env, d); err != nil {
				return err
			}
		}
	}
	desk.Note(env, "merge.drift.count", "n", waiting, "accepted", len(all)-waiting)
	return nil
}

func tellDrift(env *wire.Env, d merge.Drift) error {
	if _, err := fmt.Fprintf(env.Out, "%s  %s\n", env.Paint(term.Strong, d.Name()), env.T("merge.kind."+d.Kind)); err != nil {
		return err
	}
	accepted := ""
	if d.Accepted != nil {
		accepted = handOf(d.Accepted.By, &d.Accepted.At) + " · " + term.Visible(d.Accepted.Reason, mostSaid)
	}
	return desk.Facts(env, []desk.Fact{
		{Label: "  " + env.T("merge.base"), Value: said(env, d.Packaged)},
		{Label: "  " + env.T("merge.province"), Value: said(env, d.Province)},
		{Label: "  " + env.T("merge.by"), Value: handOf(d.EditedBy, d.EditedAt)},
		{Label: "  " + env.T("merge.accepted"), Value: accepted},
	})
}
