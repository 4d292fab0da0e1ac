//go:build drill

package steps_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	pg "egovctl/platform/db/cluster"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/postgres"
)

// Names of the environment variables that tell the child of the drill where it works.
const (
	killPlace   = "EGOV_DRILL_PLACE"
	killAddress = "EGOV_DRILL_ADDRESS"
	killName    = "EGOV_DRILL_INSTANCE"
	killVersion = "EGOV_DRILL_VERSION"
)

// TestHostDrillTheChildThatIsKilled is the other half of the drill below, and nothing by itself.
func TestHostDrillTheChildThatIsKilled(t *testing.T) {
	dir := os.Getenv(killPlace)
	if dir == "" {
		return
	}
	a, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": os.Getenv(killName), "http.listen": os.Getenv(killAddress)}})
	if err != nil {
		t.Fatal(err)
	}
	site := instance.At(instance.Root(dir), a, os.Getenv(killVersion))
	o := engine.Options{Root: dir, Release: site.Version, Host: host.NewLocal()}
	if _, err := engine.New(o).Run(context.Background(), "upgrade", []engine.Step{postgres.NewMajor(site)}); err != nil {
		t.Fatal(err)
	}
}

// Whenever the passage is killed, a whole data folder stands in its place, and the next run brings it to its end.
func TestHostDrillAKilledPassageIsTakenUpAgain(t *testing.T) {
	const rounds = 8
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	fifteen, took := 0, 6*time.Second
	for range rounds {
		site, f := onFifteen(t)
		c := exec.Command(os.Args[0], "-test.run=^TestHostDrillTheChildThatIsKilled$")
		c.Env = append(os.Environ(), killPlace+"="+string(site.Root), killName+"="+site.Answers.Instance, killVersion+"="+site.Version, killAddress+"="+site.Answers.HTTP.Listen)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		delay := time.Duration(random.Int64N(int64(took + took/5)))
		time.Sleep(delay)
		_ = c.Process.Kill()
		_ = c.Wait()
		server, err := site.Server(f.Host)
		if err != nil {
			t.Fatal(err)
		}
		major, err := server.Major()
		if err != nil || major != 15 && major != 17 {
			t.Fatalf("killed after %s: %d, %v", delay, major, err)
		}
		if major == 15 {
			fifteen++
			old, err := here(t).Cluster(f.Host)
			if err == nil {
				err = old.Start(t.Context())
			}
			if err != nil || notes(t, site) != "packaged" {
				t.Errorf("killed after %s: 15 does not serve: %v", delay, err)
			}
		}
		began := time.Now()
		carriedOver(t, f)
		if major == 15 {
			took = time.Since(began) // the undisturbed way, on this machine as busy as it is
		}
		now, err := here(t).Cluster(f.Host)
		if err == nil {
			err = now.Start(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := serving(t, here(t)) + notes(t, site); !strings.HasPrefix(got, "17 by ") || !strings.HasSuffix(got, "packaged") {
			t.Errorf("killed after %s, resumed: %s", delay, got)
		}
		if left, _ := filepath.Glob(site.Root.Data() + "/.postgres*"); len(left) != 1 || left[0] != pg.Kept(site.Root.Postgres(), 15) {
			t.Errorf("killed after %s, resumed: %v are left", delay, left)
		}
		f.Release()
	}
	t.Logf("%d of %d killed before the folders changed places", fifteen, rounds)
}
