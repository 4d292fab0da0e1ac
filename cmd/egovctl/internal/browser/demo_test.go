package browser_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// demo is the instance that is looked at: one that this test run installs, or the one whose result line stands in the
// file EGOVCTL_DEMO (to look at pages without waiting, or at another province).
func demo(t *testing.T) trial.Installed {
	t.Helper()
	file := os.Getenv("EGOVCTL_DEMO")
	if file == "" {
		_, in := trial.Shared(t)
		return in
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var in trial.Installed
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	return in
}

// holder is the demo's account of a role whose login ends in the place ("" for any).
func holder(t *testing.T, in trial.Installed, role, place string) trial.Account {
	t.Helper()
	for _, a := range in.Accounts {
		for _, r := range a.Roles {
			if r == role && strings.HasSuffix(a.Login, place) {
				return a
			}
		}
	}
	t.Fatalf("the demonstration has no %s at %q", role, place)
	return trial.Account{}
}
