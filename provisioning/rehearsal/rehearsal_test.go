package rehearsal_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/rehearsal"
)

func siteAt(t *testing.T, root string) instance.Site {
	t.Helper()
	answers, err := instance.Load(instance.Sources{Flags: map[string]string{"instance": "rehearsal"}})
	if err != nil {
		t.Fatal(err)
	}
	site := instance.At(instance.Root(root), answers, "1.0.0")
	for _, dir := range []string{site.Root.Postgres(), site.Root.Files(), site.Root.Local(), filepath.Join(site.Root.Release("1.0.0"), "bin")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return site
}

func short(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "egov-reh-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestACopyThatTheDiskHasNoRoomForIsRefusedWithTheBytes(t *testing.T) {
	site := siteAt(t, short(t))
	if err := os.WriteFile(filepath.Join(site.Root.Files(), "đơn.pdf"), make([]byte, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := rehearsal.Room(site, kit.Manifest{Members: []kit.Member{{Path: "a", Size: 1}}}); err != nil {
		t.Fatal(err)
	}
	const huge = 1 << 60
	err := rehearsal.Room(site, kit.Manifest{Members: []kit.Member{{Path: "a", Size: huge}}})
	f := fault.From(err)
	if f.Code != fault.Finding || f.Key != "rehearse.room" || f.Args["free"] == "" {
		t.Fatalf("%v", err)
	}
	if need, err := strconv.ParseUint(f.Args["need"], 10, 64); err != nil || need <= huge+1000 {
		t.Errorf("%s bytes are needed, and the files have 1000 besides", f.Args["need"])
	}
}

func TestACopyNeedsASocketOfItsOwn(t *testing.T) {
	root := filepath.Join(short(t), strings.Repeat("a", 100))
	err := rehearsal.Room(siteAt(t, root), kit.Manifest{})
	if f := fault.From(err); f == nil || f.Key != "rehearse.socket" {
		t.Errorf("%v", err)
	}
}

// The release that the copy gets is the original's, and no file of the original is another one afterwards.
func TestACopyHasAReleaseOfItsOwn(t *testing.T) {
	site, on := siteAt(t, short(t)), host.NewLocal()
	program := filepath.Join(site.Root.Release("1.0.0"), kit.Binary)
	if err := os.WriteFile(program, []byte("a program"), 0o555); err != nil {
		t.Fatal(err)
	}
	at := rehearsal.At(site.Root)
	if err := os.MkdirAll(at.Releases(), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(site.Root.Release("1.0.0"), at.Release("1.0.0")); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := rehearsal.OwnRelease(on, at, "1.0.0"); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(at.Release("1.0.0"), kit.Binary)
	real, err := filepath.EvalSymlinks(own)
	if err != nil || real != own {
		t.Errorf("the program lies at %s, %v", real, err)
	}
	after, err := os.Stat(own)
	if err != nil || after.Mode() != before.Mode() || after.Size() != before.Size() || os.SameFile(before, after) {
		t.Errorf("%+v, %v", after, err)
	}
	if there, err := rehearsal.Stands(site.Root); err != nil || !there {
		t.Errorf("the copy is not seen: %v", err)
	}
	if err := rehearsal.Clear(t.Context(), on, site); err != nil {
		t.Fatal(err)
	}
	if there, err := rehearsal.Stands(site.Root); err != nil || there {
		t.Errorf("the copy is still there: %v", err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Error(err)
	}
}
