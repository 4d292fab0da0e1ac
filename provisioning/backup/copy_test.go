package backup_test

import (
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

func copyOf(t *testing.T, root string) (backup.Copy, string) {
	t.Helper()
	site := here(t)
	to, m, dir := made(t)
	s, err := backup.Open(t.Context(), to, m.ID, trusted(t, site), key(t, site))
	if err != nil {
		t.Fatal(err)
	}
	c := backup.NewCopy(s, site, instance.Root(root), streams(), host.NewLocal())
	t.Cleanup(func() {
		if err := c.Clear(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return c, dir
}

const digest = `select count(*)::text || md5(string_agg(n::text, '|' order by id)) from sample.note n`

func TestACopyIsTheInstanceAgain(t *testing.T) {
	site := here(t)
	want, err := ask(t.Context(), site, digest)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := copyOf(t, string(backup.Drill(site.Root)))
	copied, cleanup, err := backup.CopyInstance(t.Context(), c, "127.0.0.1:1", quiet)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ask(t.Context(), copied, digest); err != nil || got != want {
		t.Errorf("the copy has %s, %v, the instance %s", got, err, want)
	}
	if got, err := ask(t.Context(), copied, `select string_agg(rolname, ' ' order by rolname) from pg_roles r where r.rolname like 'egov%' and not rolbypassrls`); err != nil || got != "egov_app egov_owner egov_readonly" {
		t.Errorf("roles %s, %v", got, err)
	}
	// the planner knows the tables, and autovacuum does not take them for known
	if got, err := ask(t.Context(), copied, `select concat((select count(*) > 0 from pg_stats where schemaname = 'sample' and tablename = 'note'), ' ', last_analyze is null and n_mod_since_analyze > 0)
		from pg_stat_user_tables where schemaname = 'sample' and relname = 'note'`); err != nil || got != "t t" {
		t.Errorf("known to the planner and still to be looked at: %s, %v", got, err)
	}
	if copied.Answers.HTTP.Listen != "127.0.0.1:1" || copied.Answers.Instance != site.Answers.Instance {
		t.Errorf("answers %+v", copied.Answers.Config)
	}
	for _, path := range []string{"data/files/ab/đơn.pdf", "local/templates/a.html", "etc/secrets/metrics-token", "data/postgres/local.conf"} {
		if a, b := sum(t, filepath.Join(string(site.Root), path)), sum(t, filepath.Join(string(copied.Root), path)); a != b {
			t.Errorf("%s differs", path)
		}
	}
	if owned, err := copied.Owned(host.NewLocal(), filepath.Join(copied.Root.Files(), "ab", "đơn.pdf")); err != nil || !owned {
		t.Errorf("the files belong to somebody else: %v", err)
	}
	if err := cleanup(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(copied.Root)); !os.IsNotExist(err) {
		t.Errorf("the copy is still there: %v", err)
	}
}

func sum(t *testing.T, path string) [32]byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(raw)
}

// What is wrong with a set is found while the copy is built, before anything else is touched.
func TestADamagedSetGivesNoCopy(t *testing.T) {
	c, dir := copyOf(t, string(backup.Aside(here(t).Root)))
	flip(t, filepath.Join(dir, backup.DatabaseMember), 0.7)
	err := c.Fill(t.Context(), quiet)
	if !fault.Is(err, fault.Finding) || !strings.Contains(err.Error(), backup.DatabaseMember) {
		t.Errorf("fill: %v", err)
	}
}

// Passwords belong to the host, rows to the set: a copy for this host keeps the first.
func TestACopyMayKeepThePasswordsOfTheHost(t *testing.T) {
	site := here(t)
	c, _ := copyOf(t, string(backup.Aside(site.Root)))
	c.Keep = true
	if err := c.Fill(t.Context(), quiet); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{instance.SuperPassword, instance.AppPassword} {
		if sum(t, site.Root.Secret(name)) != sum(t, c.Site.Root.Secret(name)) {
			t.Errorf("%s differs", name)
		}
	}
	if _, err := os.Stat(backup.HistoryOf(c.Site.Root, c.Set.ID)); !os.IsNotExist(err) {
		t.Errorf("a host with a journal of its own gets another: %v", err)
	}
}
