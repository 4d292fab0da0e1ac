package steps_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	pg "egovctl/platform/db/cluster"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/postgres"
)

// postgresFixture is a host whose server runs by the host's own PostgreSQL, with a release that brings a copy along.
func postgresFixture(t *testing.T) enginetest.Fixture {
	site, f := onData(t, "server")
	brings(t, site, copied(t))
	site = here(t) // what it found out about the host is another by now
	f.Step = postgres.NewMinor(site)
	f.State = func(t *testing.T) string { return serving(t, site) }
	return f
}

// brings lets the site's release bring a PostgreSQL along.
func brings(t *testing.T, site instance.Site, from string) {
	t.Helper()
	if err := os.MkdirAll(site.Root.Release(site.Version), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(from, filepath.Join(site.Root.Release(site.Version), "postgres")); err != nil {
		t.Fatal(err)
	}
}

// copied is a relocatable copy of this host's PostgreSQL, made once.
func copied(t *testing.T) string {
	t.Helper()
	to := filepath.Join(place.dir, "copy")
	if _, err := os.Stat(to); err == nil {
		return to
	}
	bin, err := pg.Find()
	if err != nil {
		t.Fatal(err)
	}
	for _, option := range []string{"--bindir", "--pkglibdir", "--sharedir"} {
		out, err := exec.Command(bin.Path("pg_config"), option).Output()
		if err != nil {
			t.Fatal(err)
		}
		dir := strings.TrimSpace(string(out))
		command(t, "mkdir", "-p", to+filepath.Dir(dir), to+"/lib")
		command(t, "cp", "-RL", dir, to+filepath.Dir(dir))
	}
	if err := os.WriteFile(filepath.Join(to, pg.ComponentsFile), []byte(`[{"name":"postgresql"}]`), 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}

// serving tells by which programs the server runs, and by which major version the data were made.
func serving(t *testing.T, site instance.Site) string {
	t.Helper()
	c, err := site.Server(host.NewLocal())
	if err != nil {
		t.Fatal(err)
	}
	major, err := c.Major()
	if err != nil {
		t.Fatal(err)
	}
	pid, up := c.Running()
	if !up || !c.Ready() {
		return fmt.Sprintf("%d stopped", major)
	}
	bin, err := pg.Of(pid)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d by %s", major, bin.Dir)
}

func planned(t *testing.T, s engine.Step) string {
	t.Helper()
	changes, err := s.Plan(t.Context(), host.NewLocal())
	if err != nil {
		return err.Error()
	}
	var ids []string
	for _, c := range changes {
		ids = append(ids, c.ID)
	}
	return strings.Join(ids, " ")
}

func TestTheServerIsLeftAloneWhereItsPostgreSQLIsTheSame(t *testing.T) {
	site, f := onData(t, "server")
	t.Cleanup(f.Release)
	if got := planned(t, postgres.NewMinor(here(t))); got != "" {
		t.Errorf("a release that brings none: %s", got)
	}
	copyTo := func(version string) {
		command(t, "mkdir", "-p", site.Root.Release(version))
		command(t, "cp", "-RL", copied(t), filepath.Join(site.Root.Release(version), "postgres"))
	}
	copyTo(site.Version)
	if got := planned(t, postgres.NewMinor(here(t))); got != "restart" {
		t.Errorf("a release that brings another: %s", got)
	}
	if err := postgres.NewMinor(here(t)).Apply(t.Context(), f.Host, engine.Change{}, nil); err != nil {
		t.Fatal(err)
	}
	copyTo("1.1.0")
	next := here(t)
	next.Version = "1.1.0"
	if from := next.PostgresFrom(); strings.Join(from, " ") != "1.0.0 1.1.0" {
		t.Errorf("in use: %v", from)
	}
	if got := planned(t, postgres.NewMinor(next)); got != "" {
		t.Errorf("a release that brings the same components: %s", got)
	}
	for _, s := range []instance.Site{site, next} {
		if got := planned(t, postgres.NewMajor(s)); got != "" {
			t.Errorf("a release that brings the same major version: %s", got)
		}
	}
}

// The folder that a passage has kept is confirmed by hand, and nothing else is taken for one.
func TestOnlyKeptClustersAreConfirmed(t *testing.T) {
	site := here(t)
	clear(t, site)
	for _, name := range []string{"postgres", ".postgres-14", ".postgres-15.new", "files"} {
		if err := os.MkdirAll(filepath.Join(site.Root.Data(), name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	enginetest.Inspect(t, func(t *testing.T) enginetest.Fixture {
		if err := os.MkdirAll(filepath.Join(site.Root.Data(), ".postgres-14"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(site.Root.Journal()); err != nil {
			t.Fatal(err)
		}
		return enginetest.Fixture{Step: postgres.NewConfirm(site), Host: host.NewLocal(), Root: string(site.Root), Varies: varies(site)}
	})
	if _, err := os.Stat(filepath.Join(site.Root.Data(), ".postgres-15.new")); err != nil {
		t.Error("more was removed than what is kept")
	}
}

// What a change of the major version has kept are the same data: a removal that takes the data takes it as well.
func TestAPurgeTakesTheKeptClustersToo(t *testing.T) {
	site := here(t)
	clear(t, site)
	for purge, want := range map[bool]int{false: 3, true: 0} {
		for _, name := range []string{"postgres", ".postgres-14", ".postgres-15.new"} {
			if err := os.MkdirAll(filepath.Join(site.Root.Data(), name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := cluster.New(site, purge).Undo(t.Context(), host.NewLocal(), engine.Change{ID: "initdb", Target: site.Root.Postgres()}); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(site.Root.Data()); len(left) != want {
			t.Errorf("purge %v leaves %v", purge, left)
		}
	}
}
