package machine

import (
	"testing"

	"egovctl/platform/kernel/health"
)

func TestOnlyKnownMachinesPass(t *testing.T) {
	for _, c := range []struct {
		system, arch string
		want         health.Status
	}{{"linux", "amd64", health.Pass}, {"linux", "arm64", health.Pass}, {"linux", "386", health.Fail}, {"darwin", "arm64", health.Fail}} {
		if got := judge(c.system, c.arch).Status; got != c.want {
			t.Errorf("%s/%s: %s, want %s", c.system, c.arch, got, c.want)
		}
	}
}
