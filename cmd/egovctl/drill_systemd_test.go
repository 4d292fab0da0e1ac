//go:build drill

package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// Under systemd, in a machine that systemd has booted: a killed platform and a killed PostgreSQL come back, a second
// run changes nothing, and an uninstallation leaves no unit, no account and no folder.
func TestHostDrillSystemdKeepsAnInstance(t *testing.T) {
	p := trial.Boot(t)
	before := units(t, p)
	if in := p.Install("--systemd"); in.Counts != trial.Danang2014 {
		t.Errorf("%+v", in.Counts)
	}
	services := []string{p.Account() + ".service", p.Account() + "-postgres.service"}
	for _, unit := range append(services, p.Account()+".socket") {
		if is := p.There("systemctl", "is-enabled", unit) + " " + p.There("systemctl", "is-active", unit); is != "enabled active" {
			t.Errorf("%s is %s", unit, is)
		}
	}
	for _, unit := range services {
		t.Run(unit+" is back after a kill", func(t *testing.T) {
			p := p.For(t)
			killed := p.There("systemctl", "show", "--value", "--property=MainPID", unit)
			p.There("kill", "-9", killed)
			until(t, "another process runs, and the platform is ready", func() bool {
				now := p.There("systemctl", "show", "--value", "--property=MainPID", unit)
				return now != "0" && now != killed && p.Run("status").Exit == trial.Done
			})
			if h := p.Health(); h.Status != "healthy" {
				t.Errorf("%+v", h)
			}
		})
	}
	if again := p.Install("--systemd"); again.Changes != 0 {
		t.Errorf("the next run makes %d changes", again.Changes)
	}
	p.Run("audit", "verify").Status(trial.Done)

	p.Run("uninstall", "--purge-data", "--yes").Status(trial.Done)
	trial.Same(t, "the units", before, units(t, p))
	if known := p.There("systemctl", "list-units", "--all", "--no-legend", "--plain", p.Account()+"*"); known != "" {
		t.Errorf("systemd still knows of %s", known)
	}
	if _, err := os.Lstat(filepath.Join(p.Base, p.Root)); !os.IsNotExist(err) {
		t.Errorf("ROOT is still there: %v", err)
	}
	if account := p.There("sed", "-n", "/^"+p.Account()+":/p", "/etc/passwd"); account != "" {
		t.Errorf("the account is still there: %s", account)
	}
}

// units are the machine's unit files and what is enabled.
func units(t *testing.T, p *trial.Place) trial.Tree {
	t.Helper()
	in := *p
	in.Base = filepath.Join(p.Base, "etc", "systemd")
	return in.Around()
}
