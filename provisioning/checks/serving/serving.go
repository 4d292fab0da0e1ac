// Package serving checks that the platform takes traffic.
package serving

import (
	"context"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/keeper"
)

// Check asks the platform at the answered address.
func Check() check.Check {
	return check.Check{Code: "platform.ready", Service: "platform", Severity: "critical", After: []string{"postgres.reachable"}, Run: func(ctx context.Context, look check.Look) check.Finding {
		if !keeper.Ready(ctx, look.Host, look.Site) {
			return check.Wrong("check.serving.silent", "address", look.Site.Answers.HTTP.Listen)
		}
		return check.Fine("check.serving.ok", "address", look.Site.Answers.HTTP.Listen)
	}}
}
