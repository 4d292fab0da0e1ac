package steps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/ballast"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/staged"
	"egovctl/provisioning/steps/tidy"
	"egovctl/provisioning/steps/units"
)

// accountFixture really makes and removes an account, as root. Anybody else has none to make: the step in its place is
// the one that says so.
func accountFixture(t *testing.T) enginetest.Fixture {
	here(t)
	site := siteOf(t, fmt.Sprintf("insp%da", os.Getpid()))
	lay(t, here(t), "")
	f := enginetest.Fixture{Step: account.New(site), Host: host.NewLocal(), Root: string(site.Root)}
	f.State = func(*testing.T) string { return exists(site.Answers.Account()) }
	f.Release = func() { _ = f.Host.RemoveAccount(site.Answers.Account()) }
	if !site.AsRoot {
		f.Step = layout.New(site)
	}
	return f
}

func layoutFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "")
	return enginetest.Fixture{Step: layout.New(site), Host: host.NewLocal(), Root: string(site.Root), Costly: true}
}

func answersFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	return enginetest.Fixture{Step: answers.New(site, secrets()[3:]), Host: host.NewLocal(), Root: string(site.Root), Varies: varies(site)}
}

// program is a small stand-in for the running binary: the step copies and measures it like any other file.
func program(t *testing.T) string {
	path := filepath.Join(place.dir, "program")
	if err := os.WriteFile(path, []byte("the program that runs"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// carried is the release of a binary and nothing more.
func carried(t *testing.T, binary, version string) kit.Release {
	r, err := kit.FromBinary(binary, version, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func releaseFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	return enginetest.Fixture{Step: release.New(site, carried(t, program(t), "1.0.0")), Host: host.NewLocal(), Root: string(site.Root)}
}

func currentFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	return enginetest.Fixture{Step: current.New(site), Host: host.NewLocal(), Root: string(site.Root)}
}

func ballastFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	random := func(path string) bool { return filepath.Dir(path) == site.Root.Ballast() }
	return enginetest.Fixture{Step: ballast.New(site), Host: host.NewLocal(), Root: string(site.Root), Varies: random, Costly: true}
}

func stagedFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	return enginetest.Fixture{Step: staged.New(site), Host: host.NewLocal(), Root: string(site.Root)}
}

// tidyFixture has a release of three, and the half of one, to remove.
func tidyFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	for _, name := range []string{"0.8.0", "0.9.0", "1.0.0", ".1.1.0.new"} {
		if err := os.MkdirAll(filepath.Join(site.Root.Releases(), name, "bin"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return enginetest.Fixture{Step: tidy.New(site, "0.9.0", "1.0.0"), Host: host.NewLocal(), Root: string(site.Root)}
}

// unitsFixture prepares the units in a folder of a tree that does not run: the files are the step's whole work there.
// What systemd makes of the units is seen in cmd/egovctl/drill_systemd_test.go.
func unitsFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	site.Systemd = true
	lay(t, site, "")
	folder := filepath.Join(string(site.Root), "system")
	return enginetest.Fixture{Step: units.New(site, folder), Before: []engine.Step{folderStep(folder)}, Host: host.NewLocal(), Root: string(site.Root)}
}
