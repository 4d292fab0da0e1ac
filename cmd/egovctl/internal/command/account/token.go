package account

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/identity"
)

func newToken(env *wire.Env) *cobra.Command {
	var login string
	c := &cobra.Command{Use: "token", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error { return token(c.Context(), env, login) }}
	c.Flags().StringVar(&login, "login", "", env.T("cmd.account.flag.login"))
	return c
}

// token prints a bearer token: alone on stdout, for HEADER="Authorization: Bearer $(egovctl account token --login x)".
func token(ctx context.Context, env *wire.Env, login string) error {
	if login == "" {
		return fault.New(fault.Invalid, "commands.account.login").At("login")
	}
	return govern(ctx, env, login, "commands.account.would_token", func(o *platform.Offices) error {
		opened, err := o.Identity.Token(ctx, wire.Operator(), login)
		if err != nil {
			return err
		}
		return showToken(env, opened)
	})
}

func showToken(env *wire.Env, o identity.Opened) error {
	if env.JSON() {
		return env.Print(map[string]any{"token": o.Token.Reveal(), "type": "Bearer", "login": o.Principal.Login, "expires": o.Expires})
	}
	desk.Note(env, "commands.account.token", "login", o.Principal.Login, "until", locale.DateTime(o.Expires))
	_, err := fmt.Fprintln(env.Out, o.Token.Reveal())
	return err
}
