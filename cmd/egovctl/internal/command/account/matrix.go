package account

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/money"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity"
)

func newMatrix(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "matrix", RunE: func(c *cobra.Command, _ []string) error { return matrix(c.Context(), env) }}
}

// holding is a line of the matrix for a person: one role at one agency.
type holding struct {
	agency, name string
	role         who.Role
	logins       []string
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
	held, vacant := holdings(rows)
	err = desk.List[holding]{Items: held, Empty: "commands.account.nobody",
		Columns: []desk.Column{{Key: "commands.column.identifier"}, {Key: "commands.column.agency", Gives: true}, {Key: "commands.column.role"}, {Key: "commands.column.logins"}},
		Row: func(h holding) []string {
			return []string{h.agency, h.name, env.T("web.role." + string(h.role)), strings.Join(h.logins, ", ")}
		}}.Show(env)
	if err == nil && vacant > 0 {
		desk.Note(env, "commands.account.vacant", "n", money.Group(int64(vacant)))
	}
	return err
}

// holdings puts the matrix into lines, roles in the order in which they are shown; vacant counts the agencies without a line.
func holdings(rows []identity.MatrixRow) (held []holding, vacant int) {
	for _, r := range rows {
		before := len(held)
		for _, role := range who.Roles() {
			if logins := r.Holders[role]; len(logins) > 0 {
				held = append(held, holding{r.Agency, r.Name, role, logins})
			}
		}
		if len(held) == before {
			vacant++
		}
	}
	return held, vacant
}
