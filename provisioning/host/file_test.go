package host_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
)

func TestModesAreExactWhateverTheUmask(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	h, dir := host.NewLocal(), t.TempDir()
	steps := []error{
		h.MkdirAll(filepath.Join(dir, "a/b"), 0o755),
		h.WriteFile(filepath.Join(dir, "a/f"), []byte("x"), 0o664),
		h.CopyFile(filepath.Join(dir, "a/f"), filepath.Join(dir, "a/g"), 0o555),
	}
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{"a": 0o755, "a/b": 0o755, "a/f": 0o664, "a/g": 0o555} {
		fi, err := h.Stat(filepath.Join(dir, path))
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s has %v, want %v (%v)", path, fi.Mode().Perm(), want, err)
		}
	}
}

func TestAReplacedFileKeepsItsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("without root rights every file here has one owner; the rule is then trivially kept")
	}
	h, path := host.NewLocal(), filepath.Join(t.TempDir(), "f")
	uid := os.Geteuid()
	if uid == 0 {
		uid = 65534
	}
	for _, err := range []error{h.WriteFile(path, []byte("1"), 0o600), h.Chown(path, uid, os.Getegid()), h.WriteFile(path, []byte("2"), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, _, err := h.Owner(path); err != nil || got != uid {
		t.Errorf("owner %d, want %d (%v)", got, uid, err)
	}
}

func TestLinksAreNeverFollowedWhenWriting(t *testing.T) {
	h, dir := host.NewLocal(), t.TempDir()
	victim, link := filepath.Join(dir, "victim"), filepath.Join(dir, "link")
	if err := errors.Join(h.WriteFile(victim, []byte("untouched"), 0o600), h.Symlink("victim", link)); err != nil {
		t.Fatal(err)
	}
	if err := h.Chmod(link, 0o777); err == nil {
		t.Error("chmod went through the link")
	}
	if err := os.Symlink("victim", filepath.Join(dir, ".f.egov-new")); err != nil { // planted where the next content is prepared
		t.Fatal(err)
	}
	if err := errors.Join(h.WriteFile(filepath.Join(dir, "f"), []byte("new"), 0o644), h.WriteFile(link, []byte("new"), 0o644)); err != nil {
		t.Fatal(err)
	}
	b, err := h.ReadFile(victim)
	fi, err2 := h.Stat(victim)
	if err := errors.Join(err, err2); err != nil || string(b) != "untouched" || fi.Mode().Perm() != 0o600 {
		t.Errorf("the file behind the link is %q %v (%v)", b, fi.Mode(), err)
	}
}

func TestSymlinkReplacesInOneStep(t *testing.T) {
	h, dir := host.NewLocal(), t.TempDir()
	link := filepath.Join(dir, "current")
	for _, to := range []string{"releases/1", "releases/2"} {
		if err := h.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
		if got, err := h.Readlink(link); err != nil || got != to {
			t.Errorf("%q, %v", got, err)
		}
	}
	entries, err := h.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestRemovalsBearAbsenceAndTakeWhatACutLeft(t *testing.T) {
	h, dir := host.NewLocal(), t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(filepath.Join(dir, ".f.egov-new"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := errors.Join(h.Remove(path), h.RemoveAll(path), h.Remove(filepath.Join(dir, "no/such/folder"))); err != nil {
			t.Fatal(err)
		}
	}
	if entries, err := h.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestDangerousPathsAreRefused(t *testing.T) {
	h := host.NewLocal()
	for _, path := range []string{"", "/", "relative", "/a/../b", "/a/", "/a//b"} {
		for name, err := range map[string]error{
			"remove-all": h.RemoveAll(path), "remove": h.Remove(path), "write": h.WriteFile(path, nil, 0o600),
			"mkdir": h.MkdirAll(path, 0o755), "chown": h.Chown(path, 0, 0), "rename": h.Rename(path, "/tmp/x"),
		} {
			if !fault.Is(err, fault.Internal) {
				t.Errorf("%s of %q: %v", name, path, err)
			}
		}
	}
}

func TestReadOnlyCannotBeTurnedBackIntoAHost(t *testing.T) {
	r := host.ReadOnly(host.NewLocal())
	if _, ok := r.(engine.Host); ok {
		t.Error("it still writes")
	}
	if _, ok := r.(interface{ Remove(string) error }); ok {
		t.Error("it still removes")
	}
}

func TestFreeSpaceOfAFolderThatIsNotThereYet(t *testing.T) {
	dir := t.TempDir()
	here, err := host.FreeSpace(dir)
	there, err2 := host.FreeSpace(filepath.Join(dir, "not/yet"))
	if err := errors.Join(err, err2); err != nil || here == 0 || there == 0 {
		t.Errorf("%d, %d, %v", here, there, err)
	}
}

func TestReachableNamesTheBarrier(t *testing.T) {
	dir := t.TempDir()
	closed := filepath.Join(dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	barrier, err := host.Reachable(filepath.Join(closed, "egov"), 65534, []int{65534})
	if err != nil || !strings.HasPrefix(closed, barrier) || barrier == "" {
		t.Errorf("%q, %v", barrier, err)
	}
	if barrier, err := host.Reachable("/usr/share", 65534, nil); err != nil || barrier != "" {
		t.Errorf("%q, %v", barrier, err)
	}
}

func TestAccounts(t *testing.T) {
	h := host.NewLocal()
	if _, err := h.LookupAccount("egov-test-nobody-has"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown account: %v", err)
	}
	const name = "egov-test-engine"
	_, err := h.CreateAccount(name, "/opt/egov-test-engine")
	if os.Geteuid() != 0 {
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("without root rights: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	// Another program of this host holds the account files for a moment.
	lock := "/etc/passwd.lock"
	if err := os.WriteFile(lock, []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		t.Fatal(err)
	}
	let := time.AfterFunc(300*time.Millisecond, func() { _ = os.Remove(lock) })
	t.Cleanup(func() { let.Stop(); _ = os.Remove(lock) })
	if err := h.RemoveAccount(name); err != nil {
		t.Errorf("while the account files are locked: %v", err)
	}
	a, err := h.CreateAccount(name, "/opt/egov-test-engine")
	if err != nil {
		t.Fatal(err)
	}
	again, err := h.CreateAccount(name, "/opt/egov-test-engine")
	if err != nil || again != a {
		t.Errorf("created twice: %+v, %v", again, err)
	}
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil || !strings.Contains(string(passwd), ":/opt/egov-test-engine:/usr/sbin/nologin\n") || a.UID == 0 || a.UID >= 1000 {
		t.Errorf("account %+v (%v)", a, err)
	}
	if _, err := os.Stat(a.Home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its home was made: %v", err)
	}
	for range 2 {
		if err := h.RemoveAccount(name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.LookupAccount(name); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the removal: %v", err)
	}
}
