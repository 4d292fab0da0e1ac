// Package binaries checks that PostgreSQL's programs are there and new enough.
package binaries

import (
	"context"

	"egovctl/provisioning/checks/check"
)

// Check looks where the installation will look.
func Check() check.Check {
	return check.Check{Code: "postgres.binaries", For: "embedded", Service: "postgres", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		bin, err := look.Site.Binaries()
		if err != nil {
			if look.Site.BringsPostgres {
				return check.Fine("check.binaries.brought")
			}
			return check.Failed(err)
		}
		return check.Fine("check.binaries.ok", "dir", bin.Dir, "version", bin.Version)
	}}
}
