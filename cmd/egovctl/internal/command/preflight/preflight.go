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
	c := &cobra.Command{Use: "preflight", Annotations: wire.Reads()}
	c.Flags().StringVar(&listen, "listen", "", env.T("cmd.install.flag.listen"))
	c.Flags().StringVar(&profile, "profile", "", env.T("cmd.install.flag.profile"))
	c.RunE = func(c *cobra.Command, _ []string) error {
		flags, typed := map[string]string{}, map[string]string{}
		if listen != "" {
			flags["http.listen"], typed["http.listen"] = listen, "--listen"
		}
		if profile != "" {
			flags["province.profile"], typed["province.profile"] = profile, "--profile"
		}
		return run(c.Context(), env, flags, typed)
	}
	return c
}

func run(ctx context.Context, env *wire.Env, flags, typed map[string]string) error {
	answers, err := env.Answers(flags, typed)
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
