package wire

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
)

// Host is this machine.
func (e *Env) Host() engine.Host { return host.NewLocal() }

// Site is the installed instance at Root, with the release that runs there.
func (e *Env) Site() (instance.Site, error) {
	answers, err := e.Installed()
	if err != nil {
		return instance.Site{}, err
	}
	return e.at(answers, e.runs()), e.ours(answers)
}

// ours refuses root's hand on an instance that somebody without root's rights installed for himself: its files and
// processes are his, and root would look for those of an account of its own. fault.Forbidden "cli.somebodys".
func (e *Env) ours(answers instance.Loaded) error {
	uid, _, err := e.Host().Owner(e.Root().Config())
	if err != nil || os.Getuid() != 0 {
		return nil //nolint:nilerr // what is not there is nobody's
	}
	return somebodys(uid, e.Root(), answers.Account())
}

// somebodys is the refusal if uid is neither root, nor the instance's account, nor one that is gone by now.
func somebodys(uid int, root instance.Root, account string) error {
	owner, err := user.LookupId(strconv.Itoa(uid))
	if err != nil || uid == 0 || owner.Username == account {
		return nil //nolint:nilerr // kept data may belong to a number that nobody has any more
	}
	return fault.New(fault.Forbidden, "cli.somebodys", "root", root, "account", owner.Username)
}

// at is the site at Root. What the installation chose about systemd is told by the unit files that it left.
func (e *Env) at(answers instance.Loaded, version string) instance.Site {
	site := instance.At(e.Root(), answers, version)
	site.Systemd = keeper.Booted() && keeper.HasUnits(site.Root, answers.Config)
	return site
}

// NewSite is the site that an installation by this program makes at Root. Root's own installation at the default ROOT is
// kept by systemd where that runs the host, and another one when that is wanted. Faults: invalid "units.no_root" and
// finding "units.no_systemd" when it is wanted and cannot be; Forbidden "cli.somebodys".
func (e *Env) NewSite(answers instance.Loaded, systemd bool) (instance.Site, error) {
	site := e.at(answers, e.Version)
	switch {
	case systemd && !site.AsRoot:
		return site, fault.New(fault.Invalid, "units.no_root")
	case systemd && !keeper.Booted():
		return site, fault.New(fault.Finding, "units.no_systemd")
	}
	if err := e.ours(answers); err != nil {
		return site, err
	}
	site.Systemd = site.Systemd || systemd || (site.AsRoot && site.Root == instance.DefaultRoot && keeper.Booted())
	return site, nil
}

// runs is the release that current points at; this program's own before there is one.
func (e *Env) runs() string {
	target, err := os.Readlink(e.Root().Current())
	if err != nil {
		return e.Version
	}
	return filepath.Base(target)
}

// Runner carries out steps at Root and tells report what happens.
func (e *Env) Runner(report func(engine.Event)) *engine.Runner { return engine.New(e.options(report)) }

func (e *Env) options(report func(engine.Event)) engine.Options {
	return engine.Options{Root: string(e.Root()), Release: e.Version, By: Operator().Login, Host: e.Host(), Clock: clock.System{}, Events: report,
		Secrets: func() []secret.String { return instance.SecretsAt(e.Root()) }}
}

// AbsoluteRoot makes sure that --root names a place that means the same to every process.
func (e *Env) AbsoluteRoot() error {
	abs, err := filepath.Abs(string(e.Root()))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "engine.root.path", "root", e.Root())
	}
	if strings.ContainsAny(abs, "\n\x00") {
		return fault.New(fault.Invalid, "engine.root.path", "root", abs)
	}
	e.Flags.Root = abs
	return nil
}
