package main_test

import (
	"path/filepath"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// One rule for every command: a path that the operator named and at which there is nothing is a slip of the pen, exit 2, told by that path
// before anything is written. A record that is not there is another matter (exit 1), and so is a host that lacks something (exit 3).
func TestAPathThatIsNotThereIsAWrongCallOfEveryCommand(t *testing.T) {
	shared, _ := trial.Shared(t)
	dir := t.TempDir()
	gone, out := filepath.Join(dir, "gone"), filepath.Join(dir, "out.kit")
	for name, args := range map[string][]string{
		"a kit to verify":                     {"kit", "verify", gone},
		"a kit to look into":                  {"kit", "inspect", gone},
		"a kit to upgrade to":                 {"upgrade", gone},
		"a kit to install":                    {"install", "--demo", "--instance", shared.Instance, "--listen", shared.Listen, "--kit", gone},
		"keys to sign a kit":                  {"kit", "build", "--out", out, "--keys", gone},
		"a folder for a kit":                  {"kit", "build", "--out", filepath.Join(gone, "out.kit")},
		"what opens a key":                    {"kit", "build", "--out", out, "--keys", dir, "--passphrase-file", gone},
		"a PostgreSQL to take along":          {"kit", "build", "--out", out, "--with-postgres", gone},
		"the root of trust":                   {"kit", "keys", "status", "--keys", gone},
		"answers to check":                    {"config", "validate", "--config", gone},
		"answers to look at the host for":     {"preflight", "--config", gone},
		"answers to install":                  {"install", "--config", gone},
		"a set to verify":                     {"backup", "verify", gone},
		"a set to bring back":                 {"backup", "restore", gone},
		"a set to rehearse":                   {"backup", "drill", gone},
		"a key to open a set":                 {"backup", "verify", dir, "--recovery-key", gone},
		"a catalogue to import":               {"catalogue", "import", gone + ".yaml"},
		"a folder for an export":              {"catalogue", "export", "--out", filepath.Join(gone, "x.yaml")},
		"a head of the audit log":             {"audit", "verify", "--head", gone},
		"a key of the audit log":              {"audit", "verify", "--key", gone},
		"a set for a new host, with its keys": {"install", "--kit", gone, "--backup", gone, "--recovery-key", gone, "--root", filepath.Join(dir, "new")},
	} {
		t.Run(name, func(t *testing.T) {
			p := shared.For(t)
			for _, lang := range []string{"vi", "en"} {
				p.Lang = lang
				p.Run(append(args, "--yes")...).Status(trial.Usage).Told(t, lang)
			}
		})
	}
}
