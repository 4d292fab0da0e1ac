// Package openfiles checks how many files a process may have open: each citizen's connection is one.
package openfiles

import (
	"context"

	"golang.org/x/sys/unix"

	"egovctl/provisioning/checks/check"
)

// Wanted is the number of open files below which a busy day would refuse connections.
const Wanted = 4096

// Check looks at the hard limit; the platform raises the soft one itself.
func Check() check.Check {
	return check.Check{Code: "host.open_files", Service: "host", Severity: "warning", Run: func(context.Context, check.Look) check.Finding {
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return check.Failed(err)
		}
		if limit.Max < Wanted {
			return check.Doubtful("check.open_files.few", "limit", limit.Max, "wanted", Wanted)
		}
		return check.Fine("check.open_files.ok", "limit", limit.Max)
	}}
}
