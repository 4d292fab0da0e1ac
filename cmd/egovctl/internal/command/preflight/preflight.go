// Package preflight tells whether this host can take an instance.
package preflight

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	listen, profile := "", ""
	c := &cobra.Command{Use: "preflight"}
	c.Flags().StringVar(&listen, "listen", "", env.T("cmd.install.flag.listen"))
	c.Flags().StringVar(&profile, "profile", "", env.T("cmd.install.flag.profile"))
	c.RunE = func(c *cobra.Command, _ []string) error {
		flags := map[string]string{}
		if listen != "" {
			flags["http.listen"] = listen
		}
		if profile != "" {
			flags["province.profile"] = profile
		}
		return run(c.Context(), env, flags)
	}
	return c
}

func run(ctx context.Context, env *wire.Env, flags map[string]string) error {
	answers, err := env.Answers(flags, nil)
	if err != nil {
		return err
	}
	site, err := env.NewSite(answers, false)
	if err != nil {
		return err
	}
	results := check.All(ctx, check.Look{Site: site, Host: host.ReadOnly(env.Host())}, checks.Preflight())
	if err := env.ShowFindings(results, "preflight.findings"); err != nil || env.JSON() {
		return err
	}
	_, err = fmt.Fprintln(env.Out, env.T("preflight.ready"))
	return err
}
