// Package major checks that the data folder was made by the PostgreSQL that is to open it.
package major

import (
	"context"

	"egovctl/provisioning/checks/check"
)

// Check compares the major versions.
func Check() check.Check {
	return check.Check{Code: "postgres.major", For: "embedded", Service: "postgres", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		c, err := look.Site.Cluster(look.Host)
		if err != nil {
			return check.Failed(err)
		}
		if err := c.CheckMajor(); err != nil {
			return check.Failed(err)
		}
		return check.Fine("check.major.ok", "version", c.Binaries().Version)
	}}
}
