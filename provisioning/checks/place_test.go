package checks_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egovctl/platform/db/cluster"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	clusterstep "egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/server"
)

// fresh is a site of which nothing is there yet, in a folder that any account can reach.
func fresh(t *testing.T, flags map[string]string) instance.Site {
	t.Helper()
	dir, err := os.MkdirTemp("", "egov-chk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"instance": fmt.Sprintf("chk%d", os.Getpid()), "http.listen": freeAddress(t)}
	for k, v := range flags {
		all[k] = v
	}
	a, err := instance.Load(instance.Sources{Flags: all})
	if err != nil {
		t.Fatal(err)
	}
	return instance.At(instance.Root(filepath.Join(dir, "egov")), a, "1.0.0")
}

func freeAddress(t *testing.T) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// installed is a site with everything but the platform: its PostgreSQL runs, and goes with the test.
func installed(t *testing.T) instance.Site {
	t.Helper()
	site := fresh(t, nil)
	program := filepath.Join(filepath.Dir(string(site.Root)), "program")
	if err := os.WriteFile(program, []byte("the program that runs"), 0o755); err != nil {
		t.Fatal(err)
	}
	var secrets []answers.Secret
	for _, name := range []string{instance.SuperPassword, instance.OwnerPassword, instance.AppPassword, instance.ReadOnlyPassword} {
		secrets = append(secrets, answers.Password(name))
	}
	carried, err := kit.FromBinary(program, "1.0.0", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	steps := []engine.Step{account.New(site), layout.New(site), answers.New(site, secrets), release.New(site, carried), current.New(site),
		clusterstep.New(site, true), server.New(site), database.New(site, true)}
	o := engine.Options{Root: string(site.Root), Release: "1.0.0", Host: host.NewLocal()}
	t.Cleanup(func() {
		stop(t, site)
		if _, err := engine.New(o).Undo(context.Background(), "remove", steps); err != nil {
			t.Error(err)
		}
	})
	if _, err := engine.New(o).Run(t.Context(), "install", steps); err != nil {
		t.Fatal(err)
	}
	return site
}

func stop(t *testing.T, site instance.Site) {
	c, err := site.Server(host.NewLocal())
	if err == nil {
		err = c.Stop(context.Background(), cluster.Immediate)
	}
	if err != nil {
		t.Error(err)
	}
}
