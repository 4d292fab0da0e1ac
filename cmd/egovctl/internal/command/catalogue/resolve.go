package catalogue

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/merge"
)

func newResolve(env *wire.Env) *cobra.Command {
	var take, reason string
	c := &cobra.Command{Use: "resolve [KEY[.FIELD]]", Annotations: wire.Rehearses(), Args: cobra.MaximumNArgs(1), RunE: func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return choose(c.Context(), env)
		}
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
		if done, err = merge.Resolve(ctx, tx, wire.Operator(), env.Province(o), name, take, reason); err == nil && env.Flags.DryRun {
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

// choose shows the places that wait on the terminal, one after the other. Fault: Invalid "merge.resolve.which" where nobody could
// be asked.
func choose(ctx context.Context, env *wire.Env) error {
	if !env.CanAsk() || env.JSON() || env.Flags.DryRun {
		return fault.New(fault.Invalid, "merge.resolve.which")
	}
	var open []merge.Conflict
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		open, err = merge.Live(ctx, tx, env.Province(o))
		return err
	})
	if err != nil {
		return err
	}
	if len(open) == 0 {
		desk.Note(env, "merge.conflicts.none")
		return nil
	}
	choices := make([]screen.Choice, len(open))
	for i, c := range open {
		choices[i] = screen.Choice{Name: c.Name(), Kind: env.T("merge.kind." + c.Kind), By: handOf(c.EditedBy, c.EditedAt), Release: c.Release,
			Before: said(env, c.Base), Ours: said(env, c.Province), Theirs: said(env, c.New)}
	}
	n, err := screen.Choose(env, choices, func(i int, take, reason string) error {
		return desk.Tx(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
			_, err := merge.ResolveOne(ctx, tx, wire.Operator(), env.Province(o), open[i].ID, take, reason)
			return err
		})
	})
	if err != nil {
		return err
	}
	desk.Note(env, "merge.screen.count", "n", n, "left", len(open)-n)
	return nil
}
