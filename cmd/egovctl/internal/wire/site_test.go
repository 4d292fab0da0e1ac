package wire

import (
	"os/user"
	"strconv"
	"testing"

	"egovctl/platform/kernel/fault"
)

// Root stopped an instance that an account had installed for itself: it said so, and PostgreSQL went on.
func TestRootHasNoHandOnWhatAnAccountInstalledForItself(t *testing.T) {
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid, err := strconv.Atoi(nobody.Uid)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		uid     int
		account string
		refused bool
	}{
		{"an account of its own", uid, "egov-danang", true},
		{"the instance's account", uid, "nobody", false},
		{"root, who keeps data until the next installation", 0, "egov-danang", false},
		{"a number that nobody has", 4_100_000, "egov-danang", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := somebodys(c.uid, "/opt/egov", c.account)
			if fault.Is(err, fault.Forbidden) != c.refused {
				t.Errorf("%v", err)
			}
		})
	}
}
