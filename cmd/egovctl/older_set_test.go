package main_test

import (
	"os"
	"path/filepath"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// A set of a release comes back under the next one: in the instance that was upgraded since, and on a bare host. Its schemas and its
// catalogue are then the next release's, and nothing that was filed is missing. The other way round it is refused.
func TestASetOfTheReleaseBeforeComesBackUnderTheNext(t *testing.T) {
	p, next := trial.New(t), trial.Next(t)
	in := p.Install()
	code, agency := offeredOnline(t, p, in, "dang ky khai sinh")
	citizen := p.As(in, "citizen", "")
	ledger := p.FileDossiers(citizen, 2, code, agency)
	ledger.More(10)
	early := ledger.Close()
	out := filepath.Join(p.Base, "out")
	backUp := func() (b backedUp) {
		t.Helper()
		p.Operate("backup", "create", "--out", out, "-o", "json").Status(trial.Done).Result(&b)
		return b
	}
	key := filepath.Join(t.TempDir(), "key")
	write(t, key, p.Run("backup", "key", "export").Status(trial.Done).Stdout)
	older := backUp()

	p.Upgrade(next)
	whole := func(p *trial.Place, citizen *trial.Client) {
		t.Helper()
		p.Kept(citizen, early)
		p.SplitsHold()
		if h := p.OfInstance().Health(); h.Status != "healthy" || h.Version != next.Version {
			t.Errorf("health is %s of %s: %+v", h.Status, h.Version, h.Checks)
		}
		if c := changeOf(t, next, "renamed", 3); !isNamed(t, p, c) {
			t.Errorf("the catalogue is not the next release's: %+v", c)
		}
		p.Operate("audit", "verify").Status(trial.Done)
		p.Amcheck()
	}
	newer := backUp()
	p.Operate("backup", "restore", older.Path).Status(trial.Done)
	whole(p, citizen)
	p.Operate("backup", "restore", "--back").Status(trial.Done)
	p.Rollback()
	p.Operate("backup", "restore", newer.Path).Status(trial.Refused)
	if _, err := os.Stat(p.At("data", ".restore")); !os.IsNotExist(err) {
		t.Errorf("something of the set that was refused is there: %v", err)
	}

	bare := trial.New(t)
	bare.Binary = next.Binary
	bare.Run("backup", "restore", older.Path, "--recovery-key", key, "--listen", bare.Listen, "--set", "instance="+bare.Instance).Status(trial.Done)
	whole(bare, bare.As(in, "citizen", ""))
}
