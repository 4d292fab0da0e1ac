// Package upgrade goes from the release that runs to a newer one: it verifies a kit, lays its release down beside, and
// hands over to that release's own program.
package upgrade

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

type options struct {
	stage       bool
	rehearse    bool
	fingerprint string
	announce    string
	risks       []string
}

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	var o options
	c := &cobra.Command{Use: "upgrade KIT", Args: cobra.ExactArgs(1), Annotations: wire.Rehearses(), RunE: func(c *cobra.Command, args []string) error {
		return run(c.Context(), env, args[0], o)
	}}
	c.Flags().BoolVar(&o.stage, "stage", false, env.T("cmd.upgrade.flag.stage"))
	c.Flags().BoolVar(&o.rehearse, "rehearse", false, env.T("cmd.upgrade.flag.rehearse"))
	c.Flags().StringVar(&o.announce, "announce", "", env.T("cmd.upgrade.flag.announce"))
	c.Flags().StringArrayVar(&o.risks, "accept-risk", nil, env.T("cmd.upgrade.flag.risk"))
	c.Flags().StringVar(&o.fingerprint, "root-fingerprint", "", env.T("cmd.upgrade.flag.fingerprint"))
	c.AddCommand(commit(env), abort(env), confirm(env))
	return c
}

// run refuses before its first write whatever can be refused. The rest is the staged release's own to do.
func run(ctx context.Context, env *wire.Env, path string, o options) error {
	if err := wire.KnownRisks(o.risks, wire.RiskUnannounced, wire.RiskUnproven); err != nil {
		return err
	}
	if o.announce != "" && (o.stage || o.rehearse) {
		return fault.New(fault.Invalid, "upgrade.announce.alone").At("announce")
	}
	if o.stage && o.rehearse {
		return fault.New(fault.Invalid, "rehearse.or_stage").At("rehearse")
	}
	site, err := env.Site()
	if err != nil {
		return err
	}
	k, err := env.OpenKit(ctx, path, o.fingerprint, "")
	if err != nil {
		return err
	}
	defer k.Close()
	if k.Manifest().Kind == kit.KindData {
		return runData(ctx, env, site, k, path, o)
	}
	s, err := env.NewStage(site, k)
	if err != nil {
		return err
	}
	if s.Runs() {
		m, err := env.Unchanged(site.Version)
		if err != nil {
			return err
		}
		return screen.Moved(env, m)
	}
	if o.announce != "" {
		told, err := env.Announce(ctx, k.Manifest().Version, o.announce)
		if err != nil {
			return err
		}
		return screen.Announced(env, told)
	}
	fmt.Fprintln(env.Err, env.T("upgrade.path", "hops", strings.Join(append([]string{site.Version}, s.Hops...), " → ")))
	if err := env.UpgradePreflight(ctx, site, k.Manifest()); err != nil {
		return err
	}
	if !o.stage && !o.rehearse { // what is staged is asked when it is committed
		if err := env.Contraction(ctx, site, k.Manifest(), o.risks); err != nil {
			return err
		}
	}
	var tried *wire.Rehearsal
	if o.rehearse {
		if tried, err = env.NewRehearsal(site, k); err != nil {
			return err
		}
	}
	report := screen.For(env)
	err = env.ProvenBackup(ctx, site, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	if o.rehearse {
		return screen.Rehearsal(ctx, env, tried)
	}
	if env.Flags.DryRun {
		plan, err := s.Plan(ctx)
		if err != nil {
			return err
		}
		if !o.stage {
			fmt.Fprintln(env.Err, env.T("upgrade.plan.then", "version", k.Manifest().Version))
		}
		return screen.Plan(env, plan)
	}
	report = screen.For(env)
	staged, err := s.Do(ctx, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	if o.stage {
		return screen.Moved(env, staged)
	}
	return runCommit(ctx, env, o.risks)
}
