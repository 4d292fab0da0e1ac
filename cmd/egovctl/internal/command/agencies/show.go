package agencies

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
	"egovctl/platform/services/agencies"
)

func newShow(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "show IDENTIFIER", Annotations: wire.Reads(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return show(c.Context(), env, args[0])
	}}
}

// shown is an agency with those directly below it and the number of procedures that it announces.
type shown struct {
	agencies.Agency
	Below      []string `json:"below"` // identifiers
	Procedures int      `json:"procedures"`
}

func show(ctx context.Context, env *wire.Env, identifier string) error {
	var s shown
	var above, unit string
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		snap, err := o.Agencies.Snapshot(ctx, tx)
		if err != nil {
			return err
		}
		if s.Agency, err = snap.ByIdentifier(identifier); err != nil {
			return err
		}
		below, err := o.Agencies.Children(ctx, tx, s.ID)
		if err != nil {
			return err
		}
		s.Below = []string{}
		for _, a := range below {
			s.Below = append(s.Below, a.Identifier)
		}
		if a, err := snap.ByID(s.ParentID); err == nil {
			above = name(env, a) + " (" + a.Identifier + ")"
		}
		if u, err := snap.UnitByKey(s.UnitKey, snap.Today(time.Now())); err == nil {
			unit = u.FullName + " (" + u.Code + ")"
		}
		offered, err := o.Procedures.OfferedBy(ctx, tx, s.ID)
		s.Procedures = len(offered)
		return err
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Print(s)
	}
	return tell(env, s, above, unit)
}

func tell(env *wire.Env, s shown, above, unit string) error {
	identifier := s.Identifier
	if s.Provisional {
		identifier += " " + env.T("commands.agencies.provisional.mark")
	}
	site := ""
	if s.Site {
		site = "/co-quan/" + s.Slug
	}
	if _, err := fmt.Fprintln(env.Out, name(env, s.Agency)); err != nil {
		return err
	}
	return desk.Facts(env, []desk.Fact{
		{Label: env.T("commands.agencies.identifier"), Value: identifier},
		{Label: env.T("commands.agencies.aliases"), Value: strings.Join(s.Aliases, ", ")},
		{Label: env.T("commands.agencies.short"), Value: s.Short},
		{Label: env.T("commands.agencies.level"), Value: env.T("agencies.level." + string(s.Level))},
		{Label: env.T("commands.agencies.unit"), Value: unit},
		{Label: env.T("commands.agencies.above"), Value: above},
		{Label: env.T("commands.agencies.below"), Value: strings.Join(s.Below, ", ")},
		{Label: env.T("commands.agencies.procedures"), Value: fmt.Sprint(s.Procedures)},
		{Label: env.T("commands.agencies.site"), Value: site},
	})
}
