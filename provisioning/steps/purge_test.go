package steps_test

import (
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/steps/cluster"
)

// An uninstallation with its data was killed before it had removed the journal's folder; the installation after it made a
// new audit log, and `audit verify` held that one against the sealed head of the old.
func TestTheHeadOfAnAuditLogGoesWithItsData(t *testing.T) {
	site := here(t)
	on := host.NewLocal()
	for _, c := range []struct {
		name  string
		purge bool
	}{{"data that are kept keep it", false}, {"data that are purged do not", true}} {
		t.Run(c.name, func(t *testing.T) {
			for _, dir := range []string{site.Root.Journal(), site.Root.Postgres()} {
				if err := on.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := on.WriteFile(site.Root.AuditHead(), []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
			made := engine.Change{ID: "initdb", Action: "create", Target: site.Root.Postgres()}
			if err := cluster.New(site, c.purge).Undo(t.Context(), on, made); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{site.Root.AuditHead(), site.Root.Postgres()} {
				if _, err := on.Stat(path); (err == nil) == c.purge {
					t.Errorf("%s: %v", path, err)
				}
			}
		})
	}
}
