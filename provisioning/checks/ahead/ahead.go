// Package ahead checks whether the answers ask for what this release does not do yet: whoever names a place for backups
// must not believe that there are any.
package ahead

import (
	"context"
	"strings"

	"egovctl/provisioning/checks/check"
)

// Check reads the answers alone.
func Check() check.Check {
	return check.Check{Code: "answers.ahead", Service: "answers", Severity: "error", Run: func(_ context.Context, look check.Look) check.Finding {
		if err := look.Site.Answers.Refused(); err != nil {
			return check.Failed(err)
		}
		if keys := look.Site.Answers.Ahead(); len(keys) > 0 {
			return check.Doubtful("check.ahead.later", "keys", strings.Join(keys, ", "))
		}
		return check.Fine("check.ahead.ok")
	}}
}
