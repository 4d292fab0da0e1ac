package checks_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/health"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// finds runs one check on a site and holds what it says against what was caused.
func finds(t *testing.T, site instance.Site, code string, status health.Status, key string) {
	t.Helper()
	c, ok := listed()[code]
	if !ok {
		t.Fatalf("there is no check %s", code)
	}
	c.After = nil
	r := check.All(t.Context(), check.Look{Site: site, Host: host.ReadOnly(host.NewLocal())}, []check.Check{c})[0]
	if r.Status != status || r.Key != key {
		t.Errorf("%s: %s %s %v, want %s %s", code, r.Status, r.Key, r.Args, status, key)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBeforeAnInstallationEachCauseIsFound(t *testing.T) {
	t.Run("a folder that holds something else", func(t *testing.T) {
		site := fresh(t, nil)
		finds(t, site, "root.folder", health.Pass, "check.root.absent")
		must(t, os.MkdirAll(string(site.Root), 0o755))
		finds(t, site, "root.folder", health.Pass, "check.root.empty")
		must(t, os.WriteFile(filepath.Join(string(site.Root), "thesis.doc"), nil, 0o644))
		finds(t, site, "root.folder", health.Fail, "check.root.foreign")
	})
	t.Run("an answer that this release does not act on", func(t *testing.T) {
		finds(t, fresh(t, nil), "answers.ahead", health.Pass, "check.ahead.ok")
		finds(t, fresh(t, map[string]string{"mail.smarthost": "mail.example:25"}), "answers.ahead", health.Warn, "check.ahead.later")
		finds(t, fresh(t, map[string]string{"http.tls": "acme", "http.public_url": "https://dichvucong.danang.example"}), "answers.ahead", health.Fail, "config.ahead")
	})
	t.Run("a file in place of the folder", func(t *testing.T) {
		site := fresh(t, nil)
		must(t, os.WriteFile(string(site.Root), nil, 0o644))
		finds(t, site, "root.folder", health.Fail, "check.root.not_folder")
	})
	t.Run("a folder above that is closed", func(t *testing.T) {
		site := fresh(t, nil)
		up := filepath.Dir(string(site.Root))
		finds(t, site, "root.reach", health.Pass, "check.reach.ok")
		must(t, os.Chmod(up, 0o600))
		finds(t, site, "root.reach", health.Fail, "check.reach.closed")
	})
	t.Run("a path too long for a socket", func(t *testing.T) {
		site := fresh(t, nil)
		finds(t, site, "root.socket", health.Pass, "check.socket.ok")
		site.Root = instance.Root(filepath.Join(string(site.Root), strings.Repeat("x", 110)))
		site.AsRoot = false
		finds(t, site, "root.socket", health.Fail, "check.socket.long")
		site.AsRoot = true
		finds(t, site, "root.socket", health.Pass, "check.socket.run")
	})
	t.Run("an address that somebody else has", func(t *testing.T) {
		site := fresh(t, nil)
		finds(t, site, "port.free", health.Pass, "check.port.ok")
		ln, err := net.Listen("tcp", site.Answers.HTTP.Listen)
		must(t, err)
		defer func() { _ = ln.Close() }()
		finds(t, site, "port.free", health.Fail, "check.port.taken")
	})
	t.Run("no programs of PostgreSQL where they should be", func(t *testing.T) {
		finds(t, fresh(t, nil), "postgres.binaries", health.Pass, "check.binaries.ok")
		finds(t, fresh(t, map[string]string{"postgres.bin_dir": t.TempDir()}), "postgres.binaries", health.Fail, "postgres.binaries.missing")
	})
}

// Only root can mount a disk to run out of.
func TestTheDiskBelowRootIsLookedAt(t *testing.T) {
	if os.Getuid() != 0 {
		finds(t, fresh(t, nil), "disk.filesystem", health.Pass, "check.filesystem.ok")
		return
	}
	site := fresh(t, nil)
	up := filepath.Dir(string(site.Root))
	mount := func(flags uintptr, options string) {
		must(t, unix.Mount("tmpfs", up, "tmpfs", flags, options))
		t.Cleanup(func() { _ = unix.Unmount(up, unix.MNT_DETACH) })
	}
	mount(0, "size=8m,mode=755")
	finds(t, site, "disk.space", health.Fail, "check.space.little")
	finds(t, site, "disk.filesystem", health.Warn, "check.filesystem.forgetful")
	must(t, unix.Unmount(up, 0))
	mount(0, "size=1g,mode=755")
	finds(t, site, "disk.space", health.Warn, "check.space.tight")
	must(t, unix.Unmount(up, 0))
	mount(unix.MS_RDONLY, "mode=755")
	finds(t, site, "root.reach", health.Fail, "check.reach.readonly")
}

func TestInAnInstanceEachCauseIsFound(t *testing.T) {
	site := installed(t)
	r := site.Root

	finds(t, site, "root.ownership", health.Pass, "check.ownership.ok")
	secret := r.Secret(instance.AppPassword)
	for _, path := range []string{r.Secrets(), r.Postgres(), secret} {
		info, err := os.Stat(path)
		must(t, err)
		must(t, os.Chmod(path, info.Mode().Perm()|0o044))
		finds(t, site, "root.ownership", health.Fail, "check.ownership.open")
		must(t, os.Chmod(path, info.Mode().Perm()))
	}
	must(t, os.Rename(r.Files(), r.Files()+".gone"))
	finds(t, site, "root.ownership", health.Fail, "check.ownership.missing")
	must(t, os.Rename(r.Files()+".gone", r.Files()))
	if site.AsRoot {
		must(t, os.Chown(r.Files(), 0, 0))
		finds(t, site, "root.ownership", health.Fail, "check.ownership.foreign")
	}

	finds(t, site, "postgres.reachable", health.Pass, "check.reachable.ok")
	finds(t, site, "platform.ready", health.Fail, "check.serving.silent")
	right, err := os.ReadFile(secret)
	must(t, err)
	must(t, os.WriteFile(secret, []byte("wrong\n"), 0o600))
	finds(t, site, "postgres.reachable", health.Fail, "check.reachable.refused")
	must(t, os.WriteFile(secret, right, 0o600))
	stop(t, site)
	finds(t, site, "postgres.reachable", health.Fail, "check.reachable.down")

	finds(t, site, "postgres.major", health.Pass, "check.major.ok")
	version := filepath.Join(r.Postgres(), "PG_VERSION")
	right, err = os.ReadFile(version)
	must(t, err)
	must(t, os.WriteFile(version, []byte("99\n"), 0o600))
	finds(t, site, "postgres.major", health.Fail, "postgres.major")
	must(t, os.WriteFile(version, right, 0o600))

	finds(t, site, "release.intact", health.Pass, "check.release.ok")
	must(t, os.Chmod(r.Binary(), 0o755))
	must(t, os.WriteFile(r.Binary(), []byte("the program that ruNs"), 0o755))
	finds(t, site, "release.intact", health.Fail, "release.damaged")
}
