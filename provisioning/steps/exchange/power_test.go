package exchange_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/exchange"
)

const (
	place = instance.Root("/egovctl-memory/egov") // of the memory disk alone; nothing runs there
	set   = "20260701T010203Z-abcdef"
)

// parts are what stands on both sides, one file in each folder.
var parts = []string{"data/postgres/PG_VERSION", "data/files/a", "local/text", "journal/audit-head.json"}

func cut() enginetest.PowerCut {
	site := instance.At(place, instance.Loaded{}, "1.0.0")
	site.AsRoot = false
	return enginetest.PowerCut{
		Root: string(place), Op: "restore", Seed: 20260703, Stride: 2, KillAt: -1, Steps: []engine.Step{exchange.New(site, set)},
		Before: func(d disk.FS) error {
			for side, root := range map[string]instance.Root{"old": place, "new": backup.Aside(place)} {
				for _, p := range parts {
					if err := disk.Draft(d, filepath.Join(string(root), p), strings.NewReader(side), 0o600); err != nil {
						return err
					}
				}
			}
			return disk.Draft(d, filepath.Join(string(backup.Aside(place)), "ready"), strings.NewReader(set), 0o600)
		},
		Check: neverLost,
	}
}

// neverLost: of each part both sides are somewhere, or the old one is kept; none is in two places or in none.
func neverLost(look engine.Reader) error {
	for _, p := range parts {
		have := map[string]int{}
		for _, root := range []instance.Root{place, backup.Aside(place), backup.Before(place, set)} {
			if raw, err := look.ReadFile(filepath.Join(string(root), p)); err == nil {
				have[string(raw)]++
			}
		}
		if have["old"] != 1 || have["new"] != 1 {
			return fmt.Errorf("of %s the sides are there %v times", p, have)
		}
	}
	return nil
}

func TestAPowerCutLosesNeitherSideOfARestore(t *testing.T) {
	for _, back := range []bool{false, true} {
		p := cut()
		p.Undo = back
		res, err := p.Try()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Failures {
			t.Errorf("undo %v: %s", back, f)
		}
		t.Logf("undo %v: %d states of %d operations, %d resumed", back, res.States, res.Points, res.Resumed)
	}
}

// The twin that forgets to sync what receives the old side is seen.
func TestAFolderThatIsNotSyncedIsSeen(t *testing.T) {
	p := cut()
	p.NoSync = func(path string) bool { return path == string(backup.Before(place, set))+"/data" }
	res, err := p.Try()
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Failures) == 0 {
		t.Errorf("%d states, and nothing was seen", res.States)
	}
}
