package target_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/backup/target/targettest"
)

func TestAFolderIsATarget(t *testing.T) {
	targettest.Run(t, func(t *testing.T) target.Target {
		return target.NewFolder(filepath.Join(t.TempDir(), "not there yet"), nil)
	})
}

func TestAFolderBelowNothingIsNotMade(t *testing.T) {
	above := filepath.Join(t.TempDir(), "usb")
	err := target.NewFolder(filepath.Join(above, "sets"), nil).Put(t.Context(), "a", "x", strings.NewReader("1"))
	if f := fault.From(err); f == nil || f.Code != fault.Finding || f.Key != "backup.target.unmounted" {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(above); !os.IsNotExist(err) {
		t.Errorf("something was made: %v", err)
	}
}

func TestAPipeInAFolderIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(dir, "a", "x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := target.NewFolder(dir, nil).Get(t.Context(), "a", "x"); !fault.Is(err, fault.Finding) {
		t.Errorf("%v", err)
	}
}

func TestAFolderPassesOverWhatIsNoSet(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"lost+found", ".snapshots", "a file"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sets, drafts, err := target.NewFolder(dir, nil).List(t.Context())
	if err != nil || len(sets)+len(drafts) > 0 {
		t.Errorf("sets %v, drafts %v, %v", sets, drafts, err)
	}
}

func TestAFolderBehindAFileIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	to := target.NewFolder(filepath.Join(file, "below"), nil)
	if err := to.Put(t.Context(), "a", "x", nil); !fault.Is(err, fault.Finding) {
		t.Errorf("put: %v", err)
	}
}
