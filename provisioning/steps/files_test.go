package steps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/release"
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

func releaseFixture(t *testing.T) enginetest.Fixture {
	site := here(t)
	lay(t, site, "layout", layout.New(site))
	return enginetest.Fixture{Step: release.New(site, program(t)), Host: host.NewLocal(), Root: string(site.Root)}
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
