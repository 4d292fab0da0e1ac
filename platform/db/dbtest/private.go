package dbtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/secret"
)

// Cluster gives the test a whole server of its own, started, with every durability on and with settings on top: for
// tests of roles, crashes and backups. log reads what the server has written so far. The server ends with the test; a
// killed test process takes it along.
func Cluster(t testing.TB, settings map[string]string) (c *cluster.Cluster, superuser secret.String, log func() string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	root, as, err := folder()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	release, err := watch(root)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(release)
	bin, err := cluster.Find()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	c, err = cluster.Open(cluster.Options{Binaries: bin, Data: filepath.Join(root, "data"), Socket: filepath.Join(root, "s"),
		Log: filepath.Join(root, "log"), As: as, Settings: settings})
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	superuser = secret.Random(16)
	if err := c.Init(ctx, superuser, cluster.Size{Memory: 512 << 20, Cores: 2}); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	if err := c.Start(ctx); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return c, superuser, func() string { return read(filepath.Join(root, "log")) }
}

func read(dir string) string {
	names, _ := filepath.Glob(filepath.Join(dir, "*.log"))
	all := ""
	for _, name := range names {
		text, _ := os.ReadFile(name)
		all += string(text)
	}
	return all
}
