// Package hosttime checks that the host's clock is not plainly wrong: promised dates and codes are made from it.
package hosttime

import (
	"context"
	"time"

	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/checks/check"
)

// Earliest is before any release of this product; a clock that shows less was never set.
var Earliest = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Check looks at the clock.
func Check() check.Check {
	return check.Check{Code: "host.clock", Service: "host", Severity: "error", Run: func(context.Context, check.Look) check.Finding {
		return judge(time.Now())
	}}
}

func judge(now time.Time) check.Finding {
	if now.Before(Earliest) {
		return check.Wrong("check.clock.wrong", "now", locale.DateTime(now))
	}
	return check.Fine("check.clock.ok", "now", locale.DateTime(now))
}
