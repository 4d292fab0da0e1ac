// Package externalwall checks that row-level security still binds the platform on a server whose administrator may give any
// role any right.
package externalwall

import (
	"context"

	"egovctl/platform/db"
	"egovctl/platform/db/outside"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check asks as the application role.
func Check() check.Check {
	return check.Check{Code: "external.wall", Service: "postgres", Severity: "critical", For: instance.External, After: []string{"postgres.reachable"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		dsn, err := look.Site.DSN(db.AppRole, instance.AppPassword, instance.Database)
		if err != nil {
			return check.Failed(err)
		}
		f, err := outside.Bound(ctx, dsn.Reveal())
		if err == nil {
			err = f.Wall()
		}
		if err != nil {
			return check.Failed(err)
		}
		return check.Fine("check.externalwall.ok")
	}}
}
