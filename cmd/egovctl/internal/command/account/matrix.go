package account

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity"
)

func newMatrix(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "matrix", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return matrix(c.Context(), env) }}
}

// matrix tells who holds which role where, and how many agencies nobody serves.
func matrix(ctx context.Context, env *wire.Env) error {
	var rows []identity.MatrixRow
	err := desk.Offices(env, func(o *platform.Offices) (err error) {
		rows, err = o.Identity.Matrix(ctx, wire.Operator())
		return err
	})
	if err != nil {
		return err
	}
	if env.JSON() {
		return desk.List[identity.MatrixRow]{Items: rows}.Show(env)
	}
	vacant := 0
	for _, r := range rows {
		if len(r.Holders) == 0 {
			vacant++
			continue
		}
		if err := tellRow(env, r); err != nil {
			return err
		}
	}
	if vacant > 0 {
		desk.Note(env, "commands.account.vacant", "n", money.Group(int64(vacant)))
	}
	return nil
}

// tellRow tells one agency, its roles in the order in which they are shown everywhere.
func tellRow(env *wire.Env, r identity.MatrixRow) error {
	if _, err := fmt.Fprintln(env.Out, env.Paint(term.Strong, r.Agency+"  "+r.Name)); err != nil {
		return err
	}
	var facts []desk.Fact
	for _, role := range who.Roles() {
		if logins := r.Holders[role]; len(logins) > 0 {
			facts = append(facts, desk.Fact{Label: "  " + env.T("web.role."+string(role)), Value: strings.Join(logins, ", ")})
		}
	}
	return desk.Facts(env, facts)
}
