package units

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/agencies"
)

func newShow(env *wire.Env) *cobra.Command {
	var asOf string
	c := &cobra.Command{Use: "show CODE", Annotations: wire.Reads(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return show(c.Context(), env, args[0], asOf)
	}}
	c.Flags().StringVar(&asOf, "as-of", "", env.T("cmd.units.flag.as_of"))
	return c
}

// show tells the whole life of every unit that ever had the code; with a day, of the one that had it then.
func show(ctx context.Context, env *wire.Env, code, asOf string) error {
	var lives []agencies.UnitHistory
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		snap, err := o.Agencies.Snapshot(ctx, tx)
		if err != nil {
			return err
		}
		on, err := snap.On(asOf, time.Now())
		if err != nil {
			return err
		}
		if lives, err = snap.UnitHistory(code, on); err != nil || asOf == "" {
			return err
		}
		if lives = living(lives, on); len(lives) == 0 {
			return fault.New(fault.NotFound, "commands.units.not_then", "code", code, "date", date(on))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return desk.Sheets(env, lives, tell)
}

// living picks the units that are in force on a day.
func living(lives []agencies.UnitHistory, on agencies.Day) []agencies.UnitHistory {
	var list []agencies.UnitHistory
	for _, u := range lives {
		if (u.ValidFrom.IsZero() || !on.Before(u.ValidFrom.Time)) && (u.ValidTo.IsZero() || on.Before(u.ValidTo.Time)) {
			list = append(list, u)
		}
	}
	return list
}

func tell(env *wire.Env, u agencies.UnitHistory) error {
	if _, err := fmt.Fprintf(env.Out, "%s (%s)\n", u.FullName, u.Code); err != nil {
		return err
	}
	facts := []desk.Fact{
		{Label: env.T("commands.units.level"), Value: env.T("agencies.level." + string(u.Level))},
		{Label: env.T("commands.units.parent"), Value: u.ParentName},
		{Label: env.T("commands.units.valid"), Value: span(env, u.ValidFrom, u.ValidTo)},
		{Label: env.T("commands.units.basis"), Value: u.Basis},
	}
	if len(u.Names) > 1 {
		for _, n := range u.Names {
			facts = append(facts, desk.Fact{Label: env.T("commands.units.name"), Value: aside(n.FullName, span(env, n.ValidFrom, n.ValidTo), n.Basis)})
		}
	}
	for _, s := range u.PrecededBy {
		facts = append(facts, desk.Fact{Label: env.T("commands.units.before"), Value: successor(env, s)})
	}
	for _, s := range u.SucceededBy {
		facts = append(facts, desk.Fact{Label: env.T("commands.units.now"), Value: successor(env, s)})
	}
	return desk.Facts(env, facts)
}

func successor(env *wire.Env, s agencies.Successor) string {
	kind := ""
	if s.Kind == "split" && !s.Default {
		kind = env.T("agencies.units.part")
	}
	return aside(s.FullName+" ("+s.Code+")", kind, span(env, s.Date, agencies.Day{}), s.Basis)
}

// aside adds what is not empty, after commas.
func aside(first string, rest ...string) string {
	for _, s := range rest {
		if s != "" {
			first += ", " + s
		}
	}
	return strings.TrimSpace(first)
}
