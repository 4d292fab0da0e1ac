// Package externalrights checks that the role of an external topology may do what an installation needs, that the names of
// the three roles of an instance are free or its own, and that row-level security binds them.
package externalrights

import (
	"context"

	"egovctl/platform/db/outside"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check asks for the rights of the administrator's role and of the three.
func Check() check.Check {
	return check.Check{Code: "external.rights", Service: "postgres", Severity: "critical", For: instance.External, After: []string{"external.server"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		a, err := look.Site.Administrator()
		if err != nil {
			return check.Failed(err)
		}
		f, err := outside.Look(ctx, a)
		if err != nil {
			return check.Failed(err)
		}
		strangers, err := look.Site.Strangers(ctx, a, f.Roles)
		if err == nil {
			err = f.Rights(strangers)
		}
		if err != nil {
			return check.Failed(err)
		}
		return check.Fine("check.externalrights.ok", "role", f.Role)
	}}
}
