// Package accounttools checks that the instance's own account can be made, when root installs.
package accounttools

import (
	"context"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// Check looks for the programs of the system that make and remove accounts.
func Check() check.Check {
	return check.Check{Code: "host.account", Service: "host", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		name := look.Site.Answers.Account()
		if !look.Site.AsRoot {
			return check.Fine("check.account.own")
		}
		if _, err := look.Host.LookupAccount(name); err == nil {
			return check.Fine("check.account.there", "account", name)
		}
		if _, err := host.Program("useradd"); err != nil {
			return check.Wrong("check.account.no_tool", "account", name)
		}
		return check.Fine("check.account.ok", "account", name)
	}}
}
