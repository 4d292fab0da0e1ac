package account

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/platform/services/identity"
)

type listOptions struct {
	q, status, agency string
	limit             int
}

func newList(env *wire.Env) *cobra.Command {
	var o listOptions
	c := &cobra.Command{Use: "list", Annotations: wire.Reads(), RunE: func(c *cobra.Command, _ []string) error { return list(c.Context(), env, o) }}
	c.Flags().StringVar(&o.q, "q", "", env.T("cmd.account.flag.q"))
	c.Flags().StringVar(&o.status, "status", "", env.T("cmd.account.flag.status"))
	c.Flags().StringVar(&o.agency, "agency", "", env.T("cmd.account.flag.agency"))
	c.Flags().IntVar(&o.limit, "limit", 0, env.T("cmd.account.flag.limit"))
	return c
}

// page is how many accounts are read at a time.
const page = 200

func list(ctx context.Context, env *wire.Env, o listOptions) error {
	if o.limit < 0 {
		return fault.New(fault.Invalid, "commands.limit", "value", o.limit).At("limit")
	}
	var found []identity.Account
	err := desk.Offices(env, func(offices *platform.Offices) (err error) {
		found, err = find(ctx, offices.Identity, o)
		return err
	})
	if err != nil {
		return err
	}
	err = desk.List[identity.Account]{Items: found, Empty: "identity.accounts.none",
		Columns: []desk.Column{{Key: "commands.column.login"}, {Key: "commands.column.person"}, {Key: "commands.column.status"}, {Key: "commands.column.positions", Gives: true}},
		Row: func(a identity.Account) []string {
			return []string{a.Login, a.Name, env.T("identity.status." + string(a.Status)), positions(a.Positions)}
		}}.Show(env)
	if err == nil && len(found) > 0 {
		desk.Note(env, "commands.account.count", "n", money.Group(int64(len(found))))
	}
	return err
}

// find reads pages by login until there are enough.
func find(ctx context.Context, office *identity.Service, o listOptions) ([]identity.Account, error) {
	q := identity.Query{Q: o.q, Status: identity.Status(o.status), Agency: o.agency, Limit: page}
	var all []identity.Account
	for {
		some, next, err := office.List(ctx, wire.Operator(), q)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if o.limit > 0 && len(all) >= o.limit {
			return all[:o.limit], nil
		}
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

// positions writes them as `account create --role` takes them.
func positions(all []identity.Position) string {
	list := make([]string, len(all))
	for i, p := range all {
		list[i] = string(p.Role) + "@" + p.Agency
	}
	return strings.Join(list, ", ")
}
