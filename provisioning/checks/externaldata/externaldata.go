// Package externaldata checks that the database of an external topology is one that an instance can use: its letters, its
// order of letters, and that nobody else's things lie in it.
package externaldata

import (
	"context"

	"egovctl/platform/db/outside"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check looks into the database.
func Check() check.Check {
	return check.Check{Code: "external.database", Service: "postgres", Severity: "critical", For: instance.External, After: []string{"external.server"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		a, err := look.Site.Administrator()
		if err != nil {
			return check.Failed(err)
		}
		f, err := outside.Look(ctx, a)
		if err == nil {
			err = f.Data()
		}
		if err != nil {
			return check.Failed(err)
		}
		return check.Fine("check.externaldata.ok", "database", f.Database)
	}}
}
