// Package releaseintact checks that the release that runs is what its manifest says, byte for byte.
package releaseintact

import (
	"context"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/kit"
)

// Check hashes the files of the release that current points at.
func Check() check.Check {
	return check.Check{Code: "release.intact", Service: "release", Severity: "error", Run: func(_ context.Context, look check.Look) check.Finding {
		m, err := kit.Verify(look.Site.Root.Current())
		if err != nil {
			return check.Wrong("release.damaged", "path", look.Site.Root.Release(look.Site.Version))
		}
		return check.Fine("check.release.ok", "version", m.Version)
	}}
}
