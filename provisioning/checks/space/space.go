// Package space checks that the disk below ROOT has room for an instance.
package space

import (
	"context"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// What an instance needs: a fresh one with its demo takes about 250 MB; below Least it cannot be made, below
// Comfortable it can, but not for long.
const (
	Least       = 512 << 20
	Comfortable = 5 << 30
)

// Check asks the file system that holds ROOT, or will.
func Check() check.Check {
	return check.Check{Code: "disk.space", Service: "disk", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		at := string(look.Site.Root)
		free, err := host.FreeSpace(at)
		switch {
		case err != nil:
			return check.Failed(err)
		case free < Least:
			return check.Wrong("check.space.little", "path", at, "free", free>>20, "wanted", Least>>20)
		case free < Comfortable:
			return check.Doubtful("check.space.tight", "path", at, "free", free>>20, "wanted", Comfortable>>20)
		}
		return check.Fine("check.space.ok", "path", at, "free", free>>20)
	}}
}
