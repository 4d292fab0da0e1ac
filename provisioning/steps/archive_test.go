package steps_test

import (
	"testing"

	"egovctl/platform/audit"
	"egovctl/provisioning/backup"
	keys "egovctl/provisioning/backup/archive"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/archive"
	"egovctl/provisioning/steps/base"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/server"
)

// continuous is the site of the inspections with a continuous archive asked for. PostgreSQL runs as it did before.
func continuous(t *testing.T) (instance.Site, enginetest.Fixture) {
	t.Helper()
	before := here(t)
	secrets := append(secrets()[:4], answers.Secret{Name: instance.AuditKey, Make: audit.NewKeyPEM}, answers.Secret{Name: instance.ArchiveKey, Make: keys.NewKey})
	lay(t, before, "archive", layout.New(before), answers.New(before, secrets), cluster.New(before, true), server.New(before))
	site := before
	site.Answers.Backup.Continuous = true
	f := enginetest.Fixture{Host: host.NewLocal(), Root: string(site.Root), Costly: true, Release: func() { halt(t, site) }}
	still := varies(site)
	f.Varies = func(path string) bool { return still(path) || path == site.Root.Backups() }
	for _, name := range []string{instance.SuperPassword, instance.ArchiveKey} {
		s, err := site.Secret(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Secrets = append(f.Secrets, s.Reveal())
	}
	if err := keeper.For(before).StartServer(t.Context(), f.Host); err != nil {
		t.Fatal(err)
	}
	return site, f
}

func archiveFixture(t *testing.T) enginetest.Fixture {
	site, f := continuous(t)
	f.Step = archive.New(site)
	return f
}

func baseFixture(t *testing.T) enginetest.Fixture {
	site, f := continuous(t)
	f.Before = []engine.Step{archive.New(site)}
	f.Step = base.New(site, true)
	return f
}

// Whoever no longer wants an archive has a server that knows nothing of it, and keeps what is in it.
func TestAnArchiveIsGivenUp(t *testing.T) {
	site, f := continuous(t)
	defer f.Release()
	do := func(steps ...engine.Step) {
		t.Helper()
		if _, err := engine.New(engine.Options{Root: f.Root, Release: "1.0.0", Host: f.Host}).Run(t.Context(), "try", steps); err != nil {
			t.Fatal(err)
		}
	}
	told := func(site instance.Site) bool {
		t.Helper()
		pid, up, err := site.Process(f.Host)
		if err != nil || !up {
			t.Fatalf("up %v, %v", up, err)
		}
		c, err := site.Server(f.Host)
		if err != nil {
			t.Fatal(err)
		}
		heard, err := c.Heard(pid)
		if err != nil {
			t.Fatal(err)
		}
		return heard
	}
	if told(site) {
		t.Error("the server of before knows of the archive")
	}
	do(archive.New(site), base.New(site, false))
	if !told(site) {
		t.Error("the server was not told")
	}
	off := site
	off.Answers.Backup.Continuous = false
	do(archive.New(off), base.New(off, false))
	if !told(off) {
		t.Error("the server still archives")
	}
	if there, err := backup.Stands(f.Host, site.Root.ArchiveConfig()); err != nil || there {
		t.Errorf("the configuration is there: %v, %v", there, err)
	}
	a, err := backup.Continuous(site)
	if err != nil {
		t.Fatal(err)
	}
	do(archive.Here(site))
	if info, err := a.Info(t.Context(), f.Host); err != nil || len(info.Bases) != 1 {
		t.Errorf("what was archived is gone: %+v, %v", info, err)
	}
}
