package checks_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"egovctl/platform/kernel/health"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// asked names the check that a copy of this test runs, in a process that sees another host than we do.
const asked = "EGOV_TEST_CHECK"

// TestElsewhere is that copy's whole work; in the ordinary run of the tests there is nothing asked.
func TestElsewhere(t *testing.T) {
	if code := os.Getenv(asked); code != "" {
		look := check.Look{Site: fresh(t, nil), Host: host.ReadOnly(host.NewLocal())}
		fmt.Println("found", check.All(t.Context(), look, []check.Check{listed()[code]})[0].Key)
	}
}

// elsewhere runs a check after the shell has changed what its process sees of the host.
func elsewhere(t *testing.T, code, change, key string) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.Command("sh", "-c", change+` && exec "$0" -test.run '^TestElsewhere$'`, self)
	cmd.Env = append(os.Environ(), asked+"="+code)
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "found "+key+"\n") {
		t.Errorf("%s: want %s: %v: %s", code, key, err, out)
	}
}

func TestAProcessThatMayOpenFewFilesIsFound(t *testing.T) {
	elsewhere(t, "host.open_files", "ulimit -n 1024", "check.open_files.few")
}

// Only root makes accounts, and only root can take the tools away, in a mount namespace of its own.
func TestAHostWithoutTheToolsForAccountsIsFound(t *testing.T) {
	site := fresh(t, nil)
	if !site.AsRoot {
		finds(t, site, "host.account", health.Pass, "check.account.own")
		return
	}
	finds(t, site, "host.account", health.Pass, "check.account.ok")
	self := `exec unshare --mount sh -c 'mount -t tmpfs none /usr/sbin && exec "$0" -test.run "^TestElsewhere\$"' "$0"; true`
	elsewhere(t, "host.account", self, "check.account.no_tool")
}
