package swap_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/swap"
)

// place is a folder of the memory disk alone; nothing runs there.
const place = instance.Root("/egovctl-memory/egov")

func cut(version string) enginetest.PowerCut {
	site := instance.At(place, instance.Loaded{}, version)
	site.AsRoot = false
	return enginetest.PowerCut{
		Root: string(place), Op: "upgrade", Seed: 20260702, Stride: 4, Steps: []engine.Step{swap.New(site)},
		Before: func(d disk.FS) error {
			for _, v := range []string{"1.0.0", "1.1.0"} {
				if err := disk.Draft(d, filepath.Join(place.Release(v), "bin", "egovctl"), strings.NewReader("program of "+v), 0o755); err != nil {
					return err
				}
			}
			return disk.Symlink(d, place.Link("1.0.0"), place.Current())
		},
		Check: oldOrNew,
	}
}

// oldOrNew: the name current is there, and leads to one of the two releases, whole.
func oldOrNew(look engine.Reader) error {
	to, err := look.Readlink(place.Current())
	if err != nil {
		return err
	}
	version := filepath.Base(to)
	raw, err := look.ReadFile(filepath.Join(place.Release(version), "bin", "egovctl"))
	if err != nil || string(raw) != "program of "+version || to != place.Link(version) {
		return fmt.Errorf("current leads to %s: %q, %w", to, raw, err)
	}
	return nil
}

func TestAPowerCutLeavesTheOldReleaseOrTheNewOne(t *testing.T) {
	for _, back := range []bool{false, true} {
		p := cut("1.1.0")
		p.Undo = back
		res, err := p.TryAll(16)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range res.Failures {
			t.Errorf("undo %v: %s", back, f)
		}
		t.Logf("undo %v: %d states, %d resumed, killed before each of %d operations", back, res.States, res.Resumed, res.Points)
	}
}

// The twin that forgets the fsync of ROOT after the rename of the link is seen.
func TestALinkWhoseFolderIsNotSyncedIsSeen(t *testing.T) {
	p := cut("1.1.0")
	p.KillAt = -1
	p.NoSync = func(path string) bool { return path == string(place) }
	res, err := p.Try()
	if err != nil {
		t.Fatal(err)
	}
	if len(res.Failures) == 0 {
		t.Errorf("%d states, and nothing was seen", res.States)
	}
}
