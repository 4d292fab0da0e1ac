package steps_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/aside"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/discard"
	"egovctl/provisioning/steps/exchange"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/recover"
	"egovctl/provisioning/steps/retain"
	"egovctl/provisioning/steps/schema"
	"egovctl/provisioning/steps/server"
	"egovctl/provisioning/steps/set"
)

// backedUp is a host with a database and the keys of backups; PostgreSQL runs there.
func backedUp(t *testing.T) (instance.Site, enginetest.Fixture) {
	t.Helper()
	site := here(t)
	keys := append(secrets()[:4], answers.Secret{Name: instance.AuditKey, Make: audit.NewKeyPEM},
		answers.Secret{Name: instance.BackupKey, Make: backup.NewKey}, answers.Secret{Name: instance.RecoveryKey, Make: backup.NewKey})
	lay(t, site, "backup", layout.New(site), answers.New(site, keys),
		cluster.New(site, true), server.New(site), database.New(site, false), schema.New(site, streams(), false))
	f := enginetest.Fixture{Host: host.NewLocal(), Root: string(site.Root), Costly: true, Release: func() { halt(t, site) }}
	still := varies(site)
	f.Varies = func(path string) bool {
		return still(path) || path == site.Root.Backups() || path == string(backup.Aside(site.Root))
	}
	c, err := site.Cluster(f.Host)
	if err == nil {
		err = c.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return site, f
}

func trusted(t *testing.T, site instance.Site) []byte {
	t.Helper()
	key, err := backup.Trusted(site.Root)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func setFixture(t *testing.T) enginetest.Fixture {
	site, f := backedUp(t)
	to := target.NewFolder(site.Root.Backups(), func(path string) error { return site.Own(f.Host, path) })
	f.Step = set.New(site, to, fakeSet, false)
	f.State = func(t *testing.T) string {
		sets, drafts, err := to.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(sets, drafts)
	}
	return f
}

// copyOf is a copy of a set that was made of the host once.
func copyOf(t *testing.T, site instance.Site, on engine.Host, root instance.Root) backup.Copy {
	t.Helper()
	to := target.NewFolder(filepath.Join(place.dir, "sets"), nil)
	sets, _, err := to.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(sets) == 0 {
		sets = []string{backup.NewID(clock.System{}.Now(), trusted(t, site))}
		if _, err := backup.Create(t.Context(), site, to, sets[0], func(int64, int64, string) {}); err != nil {
			t.Fatal(err)
		}
	}
	key, err := backup.HostKey(site)
	if err != nil {
		t.Fatal(err)
	}
	s, err := backup.Open(t.Context(), to, sets[0], trusted(t, site), key)
	if err != nil {
		t.Fatal(err)
	}
	return backup.NewCopy(s, site, root, streams(), on)
}

func asideFixture(t *testing.T) enginetest.Fixture {
	site, f := backedUp(t)
	c := copyOf(t, site, f.Host, backup.Aside(site.Root))
	c.Keep = true
	f.Step = aside.New(site.Root, c)
	return f
}

const fakeSet = "20261122T140500Z-3f9a01"

// exchangeFixture has two sides of small files in place of databases: only names are moved.
func exchangeFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "sides", layout.New(site), answers.New(site, secrets()))
	on := host.NewLocal()
	for root, text := range map[instance.Root]string{site.Root: "old", backup.Aside(site.Root): "new"} {
		for _, path := range []string{
			filepath.Join(root.Postgres(), "rows"), filepath.Join(root.Files(), "a", "file"), filepath.Join(root.LocalTemplates(), "page"), root.Secret(instance.AuditKey),
		} {
			put(t, on, path, text)
		}
	}
	put(t, on, site.Root.AuditHead(), "old: the set has none")
	put(t, on, filepath.Join(backup.HistoryOf(backup.Aside(site.Root), fakeSet), "0001-install.jsonl"), "new: of the host that burnt")
	if err := backup.SetReady(on, site.Root, fakeSet); err != nil {
		t.Fatal(err)
	}
	return enginetest.Fixture{Step: exchange.New(site, fakeSet), Host: on, Root: string(site.Root), Trees: []string{site.Root.Data(), site.Root.Local(), site.Root.Etc(), site.Root.AuditHead(),
		backup.HistoryOf(site.Root, fakeSet)}, Release: func() { halt(t, site) }}
}

func put(t *testing.T, on engine.Host, path, text string) {
	t.Helper()
	err := on.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = on.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func discardFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "sides", layout.New(site), answers.New(site, secrets()))
	on := host.NewLocal()
	old := backup.Before(site.Root, fakeSet)
	put(t, on, filepath.Join(old.Postgres(), "rows"), "old")
	put(t, on, filepath.Join(backup.Gone(site.Root, "20251122T140500Z-3f9a01"), "rest"), "older")
	if err := (backup.Sides{Set: fakeSet, Switched: true}).Write(on, old); err != nil {
		t.Fatal(err)
	}
	return enginetest.Fixture{Step: discard.New(site), Host: on, Root: string(site.Root), Trees: []string{site.Root.Data()}, Release: func() { halt(t, site) }}
}

func recoverFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	files := map[string]backup.File{
		"etc/secrets/db-app": {Content: []byte("a password of the set"), Mode: 0o600}, "etc/trust/root.json": {Content: []byte("{}"), Mode: 0o644},
		"etc/secrets/recovery-key.taken": {Mode: 0o600},
	}
	return enginetest.Fixture{Step: recover.New(site, files), Host: host.NewLocal(), Root: string(site.Root), Secrets: []string{"a password of the set"},
		Trees: []string{site.Root.Secrets()}, Release: func() { halt(t, site) }}
}

func retainFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "keys", layout.New(site), answers.New(site, []answers.Secret{{Name: instance.AuditKey, Make: audit.NewKeyPEM}}))
	to := target.NewFolder(site.Root.Backups(), nil)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for day := range 40 {
		id := backup.NewID(now.AddDate(0, 0, -day), trusted(t, site))
		if err := to.Put(t.Context(), id, backup.ManifestMember, strings.NewReader("{}")); err != nil {
			t.Fatal(err)
		}
		if err := to.Publish(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	return enginetest.Fixture{Step: retain.New(site, to), Host: host.NewLocal(), Root: string(site.Root), Trees: []string{site.Root.Backups()}, Release: func() { halt(t, site) }}
}
