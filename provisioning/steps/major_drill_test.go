//go:build drill

package steps_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	pg "egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/postgres"
	"egovctl/provisioning/steps/schema"
	"egovctl/provisioning/steps/seed"
)

// newer is a relocatable PostgreSQL 17, as a kit brings it: compiled once by the builder of kits and kept, which takes some
// minutes.
func newer(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(cache, "egovctl", "postgres-17")
	if _, err := os.Stat(filepath.Join(to, pg.ComponentsFile)); err == nil {
		return readable(t, to)
	}
	// A mirror may list a security release before it has it; data of a 15 of the same age go over to this one as well.
	for _, version := range []string{"", "17.11-0+deb13u1"} {
		if err = os.RemoveAll(to + ".new"); err != nil {
			t.Fatal(err)
		}
		build := exec.Command("../../installers/postgres/build", to+".new", "17", version)
		build.Stderr = os.Stderr
		if err = build.Run(); err == nil {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
	return readable(t, to)
}

// readable is a copy where the instance's account may go; a cache is its owner's alone.
func readable(t *testing.T, from string) string {
	t.Helper()
	to := filepath.Join(place.dir, "newer")
	if _, err := os.Stat(to); err != nil {
		command(t, "cp", "-a", from, to)
	}
	return to
}

// onFifteen is an instance whose data are of PostgreSQL 15, with rows in them, and a release that brings 17 along.
func onFifteen(t *testing.T) (instance.Site, enginetest.Fixture) {
	site, f := onData(t, "seed")
	if serves := serving(t, site); !strings.HasPrefix(serves, "15 by ") {
		t.Fatalf("this drill goes from PostgreSQL 15 to 17, and here serves %s", serves)
	}
	brings(t, site, newer(t))
	site = here(t)
	f.Step = postgres.NewMajor(site)
	f.State = func(t *testing.T) string { return serving(t, site) + " " + notes(t, site) }
	f.Varies = func(path string) bool {
		return path == pg.Kept(site.Root.Postgres(), 15) || varies(site)(path)
	}
	return site, f
}

func TestHostDrillTheMajorVersionPassesItsInspection(t *testing.T) {
	enginetest.Inspect(t, func(t *testing.T) enginetest.Fixture { _, f := onFifteen(t); return f })
}

// write adds a row as the platform would.
func write(t *testing.T, site instance.Site, text string) {
	t.Helper()
	if got := ask(t, site, "egov_owner", instance.OwnerPassword, instance.Database, `insert into sample.note values ('`+text+`') returning text`); got != text {
		t.Fatal(got)
	}
}

func carriedOver(t *testing.T, f enginetest.Fixture) {
	t.Helper()
	if _, err := engine.New(engine.Options{Root: f.Root, Release: "1.0.0", Host: f.Host}).Run(t.Context(), "upgrade", []engine.Step{f.Step}); err != nil {
		t.Fatal(err)
	}
}

// What was written since stays: the undo of an upgrade leaves the data with 17, and the release before serves on them.
func TestHostDrillNothingWrittenOnSeventeenIsLost(t *testing.T) {
	site, f := onFifteen(t)
	t.Cleanup(f.Release)
	carriedOver(t, f)
	write(t, site, "since")
	out, err := engine.New(engine.Options{Root: f.Root, Release: "1.0.0", Host: f.Host}).Undo(t.Context(), "abort", []engine.Step{f.Step})
	if err != nil || len(out.Kept) != 1 || out.Kept[0].Why != "step.pg-major.written" {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := notes(t, site); got != "packaged since" {
		t.Errorf("after the undo: %q", got)
	}
	before := here(t)
	before.Version = "0.9.0" // it brings no PostgreSQL, or another one: the data say which is meant
	bin, err := before.Binaries()
	if err != nil || bin.Major != 17 {
		t.Fatalf("the release before would start %+v, %v", bin, err)
	}
	if err := stopAndStart(t, before); err != nil {
		t.Fatal(err)
	}
	if got := notes(t, before); got != "packaged since" {
		t.Errorf("under the release before: %q", got)
	}
	if got := planned(t, postgres.NewMajor(before)); got != "" {
		t.Errorf("the release before wants %s", got)
	}
	for _, s := range []engine.Step{database.New(before, false), schema.New(before, streams(), false), seed.New(before, loads(), false)} {
		if got := planned(t, s); got != "" {
			t.Errorf("on 17 the step %s wants %s", s.Info().Name, got)
		}
	}
	confirm := postgres.NewConfirm(before)
	if got := planned(t, confirm); got != ".postgres-15" {
		t.Errorf("to confirm: %s", got)
	}
}

func stopAndStart(t *testing.T, site instance.Site) error {
	t.Helper()
	c, err := site.Cluster(host.NewLocal())
	if err == nil {
		err = c.Stop(t.Context(), pg.Fast)
	}
	if err == nil {
		err = c.Start(t.Context())
	}
	return err
}

// Fifteen goes on when pg_upgrade refuses, and when the programs that made the data are gone nothing is begun.
func TestHostDrillARefusedPassageLeavesFifteenServing(t *testing.T) {
	site, f := onFifteen(t)
	t.Cleanup(f.Release)
	local := filepath.Join(site.Root.Postgres(), "local.conf")
	// A setting of 15 that 17 has no more.
	if err := os.WriteFile(local, []byte("fsync = off\nvacuum_defer_cleanup_age = 0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	before := serving(t, site)
	_, err := engine.New(engine.Options{Root: f.Root, Release: "1.0.0", Host: f.Host}).Run(context.Background(), "upgrade", []engine.Step{f.Step})
	if err == nil || !strings.Contains(err.Error(), "pgupgrade.refused") {
		t.Fatalf("%v", err)
	}
	if now := serving(t, site); now != before {
		t.Errorf("before %s, now %s", before, now)
	}
	if left, _ := filepath.Glob(site.Root.Data() + "/.postgres*"); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if _, err := site.BinariesOf(13); fault.From(err).Key != "postgres.binaries.major" {
		t.Errorf("%v", err)
	}
}
