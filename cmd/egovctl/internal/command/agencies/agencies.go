// Package agencies lists the agencies of the instance and shows one of them.
package agencies

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/agencies"
)

type options struct{ q, level, parent string }

// New makes the command; alone it lists.
func New(env *wire.Env) *cobra.Command {
	c := newList(env)
	c.Use = "agencies"
	c.AddCommand(newList(env), newShow(env))
	return c
}

func newList(env *wire.Env) *cobra.Command {
	var o options
	c := &cobra.Command{Use: "list", Annotations: wire.Reads()}
	c.Flags().StringVar(&o.q, "q", "", env.T("cmd.agencies.flag.q"))
	c.Flags().StringVar(&o.level, "level", "", env.T("cmd.agencies.flag.level"))
	c.Flags().StringVar(&o.parent, "parent", "", env.T("cmd.agencies.flag.parent"))
	c.RunE = func(c *cobra.Command, _ []string) error { return list(c.Context(), env, o) }
	return c
}

// longest is in bytes of --q, as for GET /api/v1/agencies.
const longest = 200

func (o options) check() error {
	switch l := unit.Level(o.level); {
	case l != "" && l != unit.Province && l != unit.District && l != unit.Commune:
		return fault.New(fault.Invalid, "agencies.level.unknown", "level", l).At("level")
	case len(o.q) > longest:
		return fault.New(fault.Invalid, "agencies.query.long", "max", longest).At("q")
	case !utf8.ValidString(o.q):
		return fault.New(fault.Invalid, "text.invalid").At("q")
	}
	return nil
}

func list(ctx context.Context, env *wire.Env, o options) error {
	if err := o.check(); err != nil {
		return err
	}
	var found []agencies.Agency
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, offices *platform.Offices) error {
		snap, err := offices.Agencies.Snapshot(ctx, tx)
		if err != nil {
			return err
		}
		found, err = snap.FindAgencies(agencies.AgencyQuery{Q: o.q, Level: unit.Level(o.level), Parent: o.parent, On: agencies.DayOf(time.Now())})
		return err
	})
	if err != nil {
		return err
	}
	columns := []desk.Column{{Key: "commands.column.identifier"}, {Key: "commands.column.agency", Gives: true}, {Key: "commands.column.level"}, {Key: "commands.column.above"}}
	err = desk.List[agencies.Agency]{Items: found, Columns: columns, Empty: "commands.agencies.none", Row: func(a agencies.Agency) []string {
		return []string{marked(a), name(env, a), env.T("agencies.level." + string(a.Level)), a.Parent}
	}}.Show(env)
	if err != nil || len(found) == 0 {
		return err
	}
	desk.Note(env, "commands.agencies.count", "n", money.Group(int64(len(found))))
	for _, a := range found {
		if a.Provisional {
			desk.Note(env, "commands.agencies.provisional")
			break
		}
	}
	return nil
}

// marked is the identifier, with a star when it is ours until the real one is known.
func marked(a agencies.Agency) string {
	if a.Provisional {
		return a.Identifier + "*"
	}
	return a.Identifier
}

// name is an agency's name in the person's language.
func name(env *wire.Env, a agencies.Agency) string {
	if env.Lang == locale.English && a.NameEN != "" {
		return a.NameEN
	}
	return a.NameVI
}
