// Package health tells whether the instance works now.
package health

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

type options struct{ watch, noProbe bool }

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	o := options{}
	c := &cobra.Command{Use: "health", Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, _ []string) error { return run(c.Context(), env, o) }}
	c.Flags().BoolVar(&o.watch, "watch", false, env.T("cmd.health.flag.watch"))
	c.Flags().BoolVar(&o.noProbe, "no-probe", false, env.T("cmd.health.flag.no_probe"))
	return c
}

func run(ctx context.Context, env *wire.Env, o options) error {
	for {
		if err := env.Judge(args(o)...); err != nil {
			return err
		}
		results, err := look(ctx, env, !o.noProbe && !o.watch && !env.Flags.DryRun)
		if err != nil {
			return err
		}
		err = env.ShowFindings(results, "health.findings")
		if !o.watch {
			return err
		}
		select {
		case <-ctx.Done():
			return nil // asked to end: that is how watching ends
		case <-time.After(5 * time.Second):
		}
	}
}

// args are the flags as they were given.
func args(o options) []string {
	out := []string{"health"}
	if o.watch {
		out = append(out, "--watch")
	}
	if o.noProbe {
		out = append(out, "--no-probe")
	}
	return out
}

// look runs the host's checks, asks the running platform, and sends the synthetic dossier through if all is well so far.
func look(ctx context.Context, env *wire.Env, probe bool) ([]health.Result, error) {
	site, err := env.Site()
	if err != nil {
		return nil, err
	}
	results := check.All(ctx, check.Look{Site: site, Host: host.ReadOnly(env.Host())}, checks.Health())
	results = append(results, env.PlatformHealth(ctx, site, results)...)
	if !probe || health.Overall(results) == "unhealthy" {
		return results, nil
	}
	data, err := env.Data()
	if err != nil {
		return nil, err
	}
	defer data.Close()
	offices, err := data.Offices()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	r := health.Result{Code: "onestop.probe", Service: "onestop", Status: health.Pass, Severity: "critical", Key: "check.probe.ok"}
	if err := offices.Onestop.Probe(ctx); err != nil {
		e := fault.From(err)
		r.Status, r.Key, r.Args = health.Fail, e.Key, e.Args
	}
	r.MS = time.Since(began).Milliseconds()
	return append(results, r), nil
}
