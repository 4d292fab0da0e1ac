package account

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// The number of a removed account is given to the next one that is made: it would own what the first one left.
func TestWhatIsKeptGoesToRootWhenItsAccountGoes(t *testing.T) {
	answers, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": fmt.Sprintf("kept%d", os.Getpid())}})
	if err != nil {
		t.Fatal(err)
	}
	site := instance.At(instance.Root(filepath.Join(t.TempDir(), "egov")), answers, "1.0.0")
	on, step := host.NewLocal(), New(site)
	changes, err := step.Plan(t.Context(), host.ReadOnly(on))
	if err != nil {
		t.Fatal(err)
	}
	if !site.AsRoot { // the files are the caller's own, before and after
		if len(changes) != 0 {
			t.Errorf("%+v", changes)
		}
		return
	}
	c := changes[0]
	t.Cleanup(func() { _ = on.RemoveAccount(c.Target) })
	if err := step.Apply(t.Context(), on, c, nil); err != nil {
		t.Fatal(err)
	}
	a, err := on.LookupAccount(c.Target)
	if err != nil {
		t.Fatal(err)
	}
	data := site.Root.Postgres()
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("unix", filepath.Join(string(site.Root), "socket")) // a killed server leaves one behind
	if err != nil {
		t.Fatal(err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false)
	_ = ln.Close()
	if err := os.Symlink("/etc/passwd", filepath.Join(data, "link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, site, func(path string) {
		if err := os.Lchown(path, a.UID, a.GID); err != nil {
			t.Fatal(err)
		}
	})
	late := exec.Command("/bin/sleep", "0.3") // PostgreSQL's log writer ends after its server
	late.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(a.UID), Gid: uint32(a.GID)}}
	if err := late.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = late.Wait() }()
	for range 2 { // a cut may call it again
		if err := step.Undo(t.Context(), on, c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := on.LookupAccount(c.Target); err == nil {
		t.Error("the account is still there")
	}
	each(t, site, func(path string) {
		if uid, gid, err := on.Owner(path); err != nil || uid != 0 || gid != 0 {
			t.Errorf("%s belongs to %d:%d, %v", path, uid, gid, err)
		}
	})
	if info, err := os.Stat(data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder: %v, %v", info, err)
	}
}

// each calls look for everything at ROOT.
func each(t *testing.T, site instance.Site, look func(path string)) {
	t.Helper()
	err := filepath.WalkDir(string(site.Root), func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			look(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
