package enginetest_test

import (
	"path/filepath"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
)

func sample(root, version string) enginetest.Release {
	return enginetest.Release{Root: root, Version: version, Files: map[string]string{
		"egovctl": "binary of " + version, "manifest": "list of " + version,
	}}
}

func TestTheSamplePassesItsInspection(t *testing.T) {
	t.Run("on the real disk", func(t *testing.T) {
		enginetest.Inspect(t, func(t *testing.T) enginetest.Fixture {
			root := filepath.Join(t.TempDir(), "egov")
			return enginetest.Fixture{Step: sample(root, "1.0.0"), Host: host.NewLocal(), Root: root}
		})
	})
	t.Run("on a disk in memory", func(t *testing.T) {
		enginetest.Inspect(t, func(t *testing.T) enginetest.Fixture {
			d := crash.New()
			return enginetest.Fixture{Step: sample("/opt/egov", "1.0.0"), Host: host.NewOn(d), Disk: d, Root: "/opt/egov"}
		})
	})
	t.Run("over an older release", func(t *testing.T) {
		enginetest.Inspect(t, func(t *testing.T) enginetest.Fixture {
			d := crash.New()
			return enginetest.Fixture{
				Step: sample("/opt/egov", "1.1.0"), Before: []engine.Step{renamed{sample("/opt/egov", "1.0.0")}},
				Host: host.NewOn(d), Disk: d, Root: "/opt/egov",
			}
		})
	})
}

// renamed is the same step under another name, so that two of them can stand in one list. It only lays the older release
// down: where the link already points elsewhere it has nothing to say any more.
type renamed struct{ enginetest.Release }

func (r renamed) Info() engine.Info {
	i := r.Release.Info()
	i.Name = "older-release"
	return i
}
