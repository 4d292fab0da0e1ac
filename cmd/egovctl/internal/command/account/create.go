package account

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity"
)

type createOptions struct {
	name, phone string
	roles       []string
}

func newCreate(env *wire.Env) *cobra.Command {
	var o createOptions
	c := &cobra.Command{Use: "create LOGIN", Annotations: wire.Rehearses(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error {
		return create(c.Context(), env, args[0], o)
	}}
	c.Flags().StringVar(&o.name, "name", "", env.T("cmd.account.flag.name"))
	c.Flags().StringArrayVar(&o.roles, "role", nil, env.T("cmd.account.flag.role"))
	c.Flags().StringVar(&o.phone, "phone", "", env.T("cmd.account.flag.phone"))
	return c
}

func create(ctx context.Context, env *wire.Env, login string, o createOptions) error {
	held, err := parsePositions(o.roles)
	if err != nil {
		return err
	}
	n := identity.NewAccount{Login: login, Name: o.name, Phone: o.phone, Positions: held}
	return desk.Offices(env, func(offices *platform.Offices) error {
		if env.Flags.DryRun {
			a, err := offices.Identity.CheckAccount(ctx, wire.Operator(), n)
			if err != nil {
				return err
			}
			return rehearsed(env, a, "commands.account.would_create")
		}
		made, err := offices.Identity.CreateAccount(ctx, wire.Operator(), n)
		if err != nil {
			return err
		}
		return showLink(env, made, "commands.account.created")
	})
}

// parsePositions reads ROLE@AGENCY; whether there is such a role or agency is the office's to say.
func parsePositions(roles []string) ([]identity.Position, error) {
	list := make([]identity.Position, len(roles))
	for i, s := range roles {
		role, agency, ok := strings.Cut(strings.TrimSpace(s), "@")
		if !ok || role == "" || agency == "" {
			return nil, fault.New(fault.Invalid, "commands.account.role", "value", s).At("role")
		}
		list[i] = identity.Position{Role: who.Role(role), Agency: agency}
	}
	return list, nil
}
