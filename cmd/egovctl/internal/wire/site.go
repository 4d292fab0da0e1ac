package wire

import (
	"os"
	"path/filepath"
	"strings"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// Host is this machine.
func (e *Env) Host() engine.Host { return host.NewLocal() }

// Site is the installed instance at Root, with the release that runs there.
func (e *Env) Site() (instance.Site, error) {
	answers, err := e.Installed()
	if err != nil {
		return instance.Site{}, err
	}
	return instance.Site{Root: e.Root(), Answers: answers, Version: e.runs(), AsRoot: os.Getuid() == 0}, nil
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
func (e *Env) Runner(report func(engine.Event)) *engine.Runner {
	return engine.New(engine.Options{Root: string(e.Root()), Release: e.Version, Host: e.Host(), Clock: clock.System{}, Events: report})
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
