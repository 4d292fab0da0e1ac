// Package install takes a host from nothing to a running instance.
package install

import (
	"context"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
)

type options struct {
	demo, reconfigure, noProbe bool
	systemd                    bool
	samples                    int
	set                        []string
	answers                    map[string]*string // short flags of single keys
}

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	o := options{answers: map[string]*string{"province.profile": new(string), "http.listen": new(string), "instance": new(string)}}
	c := &cobra.Command{Use: "install"}
	f := c.Flags()
	f.BoolVar(&o.demo, "demo", false, env.T("cmd.install.flag.demo"))
	f.StringVar(o.answers["province.profile"], "profile", "", env.T("cmd.install.flag.profile"))
	f.StringVar(o.answers["http.listen"], "listen", "", env.T("cmd.install.flag.listen"))
	f.StringVar(o.answers["instance"], "instance", "", env.T("cmd.install.flag.instance"))
	f.IntVar(&o.samples, "samples", wire.DefaultSamples, env.T("cmd.install.flag.samples"))
	f.BoolVar(&o.reconfigure, "reconfigure", false, env.T("cmd.install.flag.reconfigure"))
	f.BoolVar(&o.noProbe, "no-probe", false, env.T("cmd.install.flag.no_probe"))
	f.BoolVar(&o.systemd, "systemd", false, env.T("cmd.install.flag.systemd"))
	f.StringArrayVar(&o.set, "set", nil, env.T("cmd.install.flag.set"))
	c.RunE = func(c *cobra.Command, _ []string) error { return run(c.Context(), env, o) }
	return c
}

func run(ctx context.Context, env *wire.Env, o options) error {
	if o.samples < 0 {
		return fault.New(fault.Invalid, "cli.flag_wrong", "flag", "--samples", "value", o.samples, "command", "egovctl install")
	}
	answers, err := o.load(env)
	if err != nil {
		return err
	}
	site, err := env.NewSite(answers, o.systemd)
	if err != nil {
		return err
	}
	in, err := wire.NewInstallation(ctx, env, site, wire.InstallOptions{Demo: o.demo, Samples: o.samples, Probe: !o.noProbe})
	if err != nil {
		return err
	}
	defer in.Close()
	if err := in.Preflight(ctx); err != nil {
		return err
	}
	steps := sequence.Install(in.Parts)
	if env.Flags.DryRun {
		plan, err := env.Runner(nil).Plan(ctx, steps)
		if err != nil {
			return err
		}
		return showPlan(env, plan)
	}
	report := screen.For(env)
	out, err := env.Runner(report.Event).Run(ctx, "install", steps)
	report.Close()
	if err != nil {
		return err
	}
	return show(ctx, env, in, out)
}

// load merges the answers and refuses what an installation must not take silently.
func (o options) load(env *wire.Env) (instance.Loaded, error) {
	flags := map[string]string{}
	for key, v := range o.answers {
		if *v != "" {
			flags[key] = *v
		}
	}
	for _, pair := range o.set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return instance.Loaded{}, fault.New(fault.Invalid, "config.set", "value", pair)
		}
		flags[key] = value
	}
	answers, err := env.Answers(flags, nil)
	if err != nil {
		return answers, err
	}
	if answers.Topology != "embedded" {
		return answers, fault.New(fault.Invalid, "install.topology", "topology", answers.Topology).At("topology")
	}
	if o.demo && !loopback(answers.HTTP.Listen) {
		return answers, fault.New(fault.Invalid, "install.demo.loopback", "address", answers.HTTP.Listen).At("http.listen")
	}
	changes, err := answers.Changed(env.Root())
	if err != nil {
		return answers, err
	}
	if len(changes) > 0 && !o.reconfigure {
		return answers, fault.New(fault.Invalid, "install.changed", "differences", instance.Tell(changes))
	}
	return answers, nil
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback()))
}

func showPlan(env *wire.Env, plan []engine.Planned) error {
	n, _ := engine.Pending(plan)
	if env.JSON() {
		return env.Print(map[string]any{"status": "planned", "changes": n, "steps": plan})
	}
	if n == 0 {
		return line(env, env.T("install.planned.none"))
	}
	if err := line(env, env.T("install.planned", "n", strconv.Itoa(n))); err != nil {
		return err
	}
	for _, p := range plan {
		for _, c := range p.Changes {
			text := "  " + env.T(p.Title) + ": " + c.Target
			if p.After != "" {
				text += " " + env.T("install.after", "step", p.After)
			}
			if err := line(env, text); err != nil {
				return err
			}
		}
	}
	return nil
}
