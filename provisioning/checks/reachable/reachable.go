// Package reachable checks that the instance's PostgreSQL runs and takes the platform's password.
package reachable

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/db"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check connects as the application role and asks for a number.
func Check() check.Check {
	return check.Check{Code: "postgres.reachable", Service: "postgres", Severity: "critical", After: []string{"postgres.major"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		up, err := look.Site.Running(look.Host)
		if err != nil {
			return check.Failed(err)
		}
		if !up && look.Site.External() {
			return away(look.Site)
		}
		if !up {
			return check.Wrong("check.reachable.down")
		}
		dsn, err := look.Site.DSN(db.AppRole, instance.AppPassword, instance.Database)
		if err != nil {
			return check.Failed(err)
		}
		conn, err := pgx.Connect(ctx, dsn.Reveal())
		if err != nil {
			return check.Wrong("check.reachable.refused")
		}
		defer func() { _ = conn.Close(ctx) }()
		var one int
		if err := conn.QueryRow(ctx, "select 1").Scan(&one); err != nil {
			return check.Wrong("check.reachable.refused")
		}
		return check.Fine("check.reachable.ok")
	}}
}

// away is what is said of a server that somebody else keeps.
func away(site instance.Site) check.Finding {
	a, err := site.Elsewhere()
	if err != nil {
		return check.Failed(err)
	}
	return check.Wrong("external.away", "host", a.Host(), "port", a.Port())
}
