// Package external checks that the server of an external topology can be reached with what we were given, and that an
// instance can live on it.
package external

import (
	"context"

	"egovctl/platform/db/outside"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check connects as the administrator's role.
func Check() check.Check {
	return check.Check{Code: "external.server", Service: "postgres", Severity: "critical", For: instance.External, After: []string{"answers.ahead"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		a, err := look.Site.Administrator()
		if err != nil {
			return check.Failed(err)
		}
		f, err := outside.Look(ctx, a)
		if err == nil {
			err = f.Server()
		}
		switch {
		case err != nil:
			return check.Failed(err)
		case f.Open:
			return check.Doubtful("check.external.open", "host", a.Host())
		case f.Pooler:
			return check.Fine("check.external.pooler", "host", a.Host(), "version", f.VersionText)
		}
		return check.Fine("check.external.ok", "host", a.Host(), "version", f.VersionText)
	}}
}
