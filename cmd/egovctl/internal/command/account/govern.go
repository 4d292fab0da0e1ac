package account

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity"
)

func newReset(env *wire.Env) *cobra.Command {
	return one("reset LOGIN", func(ctx context.Context, login string) error {
		return govern(ctx, env, login, "commands.account.would_reset", func(o *platform.Offices) error {
			made, err := o.Identity.ResetLink(ctx, wire.Operator(), login)
			if err != nil {
				return err
			}
			return showLink(env, made, "commands.account.reset")
		})
	})
}

func newLock(env *wire.Env) *cobra.Command {
	return one("lock LOGIN", func(ctx context.Context, login string) error {
		return govern(ctx, env, login, "commands.account.would_lock", turn(ctx, env, login, "commands.account.locked", (*identity.Service).Lock))
	})
}

func newUnlock(env *wire.Env) *cobra.Command {
	return one("unlock LOGIN", func(ctx context.Context, login string) error {
		return govern(ctx, env, login, "commands.account.would_unlock", turn(ctx, env, login, "commands.account.unlocked", (*identity.Service).Unlock))
	})
}

func one(use string, run func(context.Context, string) error) *cobra.Command {
	return &cobra.Command{Use: use, Annotations: wire.Rehearses(), Args: cobra.ExactArgs(1), RunE: func(c *cobra.Command, args []string) error { return run(c.Context(), args[0]) }}
}

// govern does an act on an account, or for a dry run only finds the account.
func govern(ctx context.Context, env *wire.Env, login, would string, act func(*platform.Offices) error) error {
	return desk.Offices(env, func(o *platform.Offices) error {
		if !env.Flags.DryRun {
			return act(o)
		}
		a, err := o.Identity.Find(ctx, wire.Operator(), login)
		if err != nil {
			return err
		}
		return rehearsed(env, a, would)
	})
}

type turning func(*identity.Service, context.Context, who.Principal, string) (identity.Account, error)

// turn locks or unlocks and tells the account as it then is.
func turn(ctx context.Context, env *wire.Env, login, key string, do turning) func(*platform.Offices) error {
	return func(o *platform.Offices) error {
		a, err := do(o.Identity, ctx, wire.Operator(), login)
		if err != nil {
			return err
		}
		if env.JSON() {
			return env.Print(linked{Account: a})
		}
		_, err = fmt.Fprintln(env.Out, env.T(key, "login", a.Login))
		return err
	}
}
