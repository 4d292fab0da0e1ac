// Package install takes a host from nothing to a running instance.
package install

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
)

type options struct {
	demo, reconfigure, noProbe bool
	systemd                    bool
	kit, fingerprint           string
	recovery                   wire.Recovery
	samples                    *int // nil when nothing is said about them
	set                        []string
	answers                    map[string]*string // by short flag of a single key
}

// keys that have a flag of their own.
var keys = map[string]string{"profile": "province.profile", "listen": "http.listen", "instance": "instance"}

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	o := options{answers: map[string]*string{}}
	c := &cobra.Command{Use: "install", Annotations: wire.Rehearses()}
	f := c.Flags()
	f.BoolVar(&o.demo, "demo", false, env.T("cmd.install.flag.demo"))
	for flag := range keys {
		o.answers[flag] = f.String(flag, "", env.T("cmd.install.flag."+flag))
	}
	samples := f.Int("samples", wire.DefaultSamples, env.T("cmd.install.flag.samples"))
	f.BoolVar(&o.reconfigure, "reconfigure", false, env.T("cmd.install.flag.reconfigure"))
	f.BoolVar(&o.noProbe, "no-probe", false, env.T("cmd.install.flag.no_probe"))
	f.BoolVar(&o.systemd, "systemd", false, env.T("cmd.install.flag.systemd"))
	f.StringVar(&o.kit, "kit", "", env.T("cmd.install.flag.kit"))
	f.StringVar(&o.fingerprint, "root-fingerprint", "", env.T("cmd.install.flag.root_fingerprint"))
	f.StringArrayVar(&o.recovery.Accept, "accept-risk", nil, env.T("cmd.install.flag.risk"))
	f.StringVar(&o.recovery.Set, "backup", "", env.T("cmd.install.flag.backup"))
	f.StringVar(&o.recovery.Key, "recovery-key", "", env.T("cmd.install.flag.recovery_key"))
	f.StringArrayVar(&o.set, "set", nil, env.T("cmd.install.flag.set"))
	c.RunE = func(c *cobra.Command, _ []string) error {
		if f.Changed("samples") {
			o.samples = samples
		}
		return run(c.Context(), env, o)
	}
	return c
}

func run(ctx context.Context, env *wire.Env, o options) error {
	if o.samples != nil && *o.samples < 0 {
		return fault.New(fault.Invalid, "cli.flag_wrong", "flag", "--samples", "value", *o.samples, "command", "egovctl install")
	}
	from, err := o.source(ctx, env)
	if err != nil {
		return err
	}
	defer from.close()
	if o.recovery.Wanted() {
		return runRestore(ctx, env, o, from)
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
	if from.kit != nil {
		if err := in.From(from.kit); err != nil {
			return err
		}
	}
	if err := in.Preflight(ctx); err != nil {
		return err
	}
	if cut, ok, err := engine.Unfinished(string(env.Root())); err == nil && ok && cut.Operation == "uninstall" {
		fmt.Fprintln(env.Err, env.T("install.after_uninstall", "at", locale.DateTime(cut.Started)))
	}
	steps := sequence.Install(in.Parts)
	if env.Flags.DryRun {
		plan, err := env.Runner(nil).Plan(ctx, steps)
		if err != nil {
			return err
		}
		return screen.Plan(env, plan)
	}
	report := screen.For(env)
	out, err := env.Runner(report.Event).Run(ctx, "install", steps)
	report.Close()
	if err != nil {
		return err
	}
	if err := from.remember(ctx); err != nil {
		return err
	}
	return show(ctx, env, in, from, out)
}

// load merges the answers and refuses what an installation must not take silently.
func (o options) load(env *wire.Env) (instance.Loaded, error) {
	flags, typed, err := o.flags()
	if err != nil {
		return instance.Loaded{}, err
	}
	answers, err := env.Answers(flags, typed)
	if err != nil {
		return answers, err
	}
	if err := answers.Refused(); err != nil {
		return answers, err
	}
	if (o.demo || env.Demo()) && !loopback(answers.HTTP.Listen) {
		return answers, fault.New(fault.Invalid, "install.demo.loopback", "where", answers.Where("http.listen"), "address", answers.HTTP.Listen).At("http.listen")
	}
	return answers, answers.Changed(env.Root(), o.reconfigure)
}

// flags are the answers of the command line by key, and how each was typed. fault.Invalid for one that is given twice.
func (o options) flags() (flags, typed map[string]string, err error) {
	flags, typed = map[string]string{}, map[string]string{}
	for flag, v := range o.answers {
		if *v != "" {
			flags[keys[flag]], typed[keys[flag]] = *v, "--"+flag
		}
	}
	for _, pair := range o.set {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, nil, fault.New(fault.Invalid, "config.set", "value", pair)
		}
		if _, twice := flags[key]; twice {
			return nil, nil, fault.New(fault.Invalid, "config.twice", "where", "--set "+key, "key", key).At(key)
		}
		flags[key], typed[key] = value, "--set "+key
	}
	return flags, typed, nil
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || (ip != nil && ip.IsLoopback()))
}
