package units

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/platform/services/agencies"
)

func newTree(env *wire.Env) *cobra.Command {
	var asOf string
	var depth int
	c := &cobra.Command{Use: "tree", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return tree(c.Context(), env, asOf, depth) }}
	c.Flags().StringVar(&asOf, "as-of", "", env.T("cmd.units.flag.as_of"))
	c.Flags().IntVar(&depth, "depth", 0, env.T("cmd.units.flag.depth"))
	return c
}

func tree(ctx context.Context, env *wire.Env, asOf string, depth int) error {
	if depth < 0 {
		return fault.New(fault.Invalid, "commands.depth", "value", depth).At("depth")
	}
	var nodes []agencies.UnitNode
	var on agencies.Day
	var frozen bool
	err := desk.Read(ctx, env, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		snap, err := o.Agencies.Snapshot(ctx, tx)
		if err != nil {
			return err
		}
		if on, err = snap.On(asOf, time.Now()); err != nil {
			return err
		}
		frozen = snap.Frozen() && asOf == ""
		nodes = prune(snap.UnitTree(on), depth)
		return nil
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		if nodes == nil {
			nodes = []agencies.UnitNode{}
		}
		return env.Print(map[string]any{"as_of": on, "items": nodes})
	}
	if err := draw(env.Out, nodes, "", true); err != nil {
		return err
	}
	desk.Note(env, "commands.units.count", "n", money.Group(int64(count(nodes))), "date", date(on))
	if frozen {
		desk.Note(env, "agencies.units.frozen")
	}
	return nil
}

// prune keeps depth levels, all of them for 0.
func prune(nodes []agencies.UnitNode, depth int) []agencies.UnitNode {
	if depth == 0 {
		return nodes
	}
	for i := range nodes {
		if depth == 1 {
			nodes[i].Children = nil
			continue
		}
		nodes[i].Children = prune(nodes[i].Children, depth-1)
	}
	return nodes
}

func count(nodes []agencies.UnitNode) int {
	n := len(nodes)
	for _, x := range nodes {
		n += count(x.Children)
	}
	return n
}

func draw(w io.Writer, nodes []agencies.UnitNode, before string, top bool) error {
	for i, n := range nodes {
		branch, below := "├─ ", "│  "
		if i == len(nodes)-1 {
			branch, below = "└─ ", "   "
		}
		if top {
			branch, below = "", ""
		}
		if _, err := fmt.Fprintf(w, "%s%s%s (%s)\n", before, branch, n.FullName, n.Code); err != nil {
			return err
		}
		if err := draw(w, n.Children, before+below, false); err != nil {
			return err
		}
	}
	return nil
}
