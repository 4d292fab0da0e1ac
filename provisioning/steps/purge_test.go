package steps_test

import (
	"errors"
	"io/fs"
	"path/filepath"
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

// An uninstallation was killed while it removed the data folder; what was left of it stood in the way of the next initdb.
func TestHalfADataFolderStandsNowhere(t *testing.T) {
	site := here(t)
	on := host.NewLocal()
	if err := on.MkdirAll(filepath.Join(site.Root.Postgres(), "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	made := engine.Change{ID: "initdb", Action: "create", Target: site.Root.Postgres()}
	step := cluster.New(site, true)
	if err := step.Undo(t.Context(), cutHost{on}, made); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	if _, err := on.Stat(site.Root.Postgres()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the data folder is still there: %v", err)
	}
	if err := step.Undo(t.Context(), on, made); err != nil {
		t.Fatal(err)
	}
	if left, err := on.ReadDir(site.Root.Data()); err != nil || len(left) != 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}

var errCut = errors.New("cut")

// cutHost is cut when it is to remove anything that has something in it.
type cutHost struct{ engine.Host }

func (h cutHost) RemoveAll(path string) error {
	if left, err := h.ReadDir(path); err == nil && len(left) > 0 {
		return errCut
	}
	return h.Host.RemoveAll(path)
}
