// Package start brings a stopped instance up.
package start

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/checks/ownership"
	"egovctl/provisioning/checks/reach"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "start", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error {
		if env.Flags.DryRun {
			plan, err := Plan(c.Context(), env)
			if err != nil {
				return err
			}
			return screen.Plan(env, plan)
		}
		return Run(c.Context(), env)
	}}
}

// Plan tells what Run would do.
func Plan(ctx context.Context, env *wire.Env) ([]engine.Planned, error) {
	site, err := env.Site()
	if err != nil {
		return nil, err
	}
	if err := reachable(ctx, env, site); err != nil {
		return nil, err
	}
	return env.Runner(nil).Plan(ctx, sequence.Start(site))
}

// Run starts the instance and returns when it takes traffic.
func Run(ctx context.Context, env *wire.Env) error {
	site, err := env.Site()
	if err != nil {
		return err
	}
	if err := reachable(ctx, env, site); err != nil {
		return err
	}
	report := screen.For(env)
	out, err := env.Runner(report.Event).Run(ctx, "start", sequence.Start(site))
	report.Close()
	if err != nil {
		return err
	}
	if env.JSON() {
		return env.Line(map[string]any{"event": "result", "status": "running", "url": site.Answers.PublicURL(), "changes": out.Changes})
	}
	_, err = fmt.Fprintln(env.Out, env.T("started", "url", site.Answers.PublicURL()))
	return err
}

// reachable looks whether the account can still get to ROOT and to what is its own there: it may have been moved to where it
// cannot, or a file may have been given to somebody else, and what is started then would only say that it did not start.
func reachable(ctx context.Context, env *wire.Env, site instance.Site) error {
	for _, r := range check.All(ctx, check.Look{Site: site, Host: host.ReadOnly(env.Host())}, []check.Check{reach.Check(), ownership.Check()}) {
		if r.Status == health.Fail && (r.Code == "root.reach" || r.Key == "check.ownership.foreign") { // what is open to others still starts
			return &fault.Error{Code: fault.Finding, Key: r.Key, Args: r.Args}
		}
	}
	return nil
}
