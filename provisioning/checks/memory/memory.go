// Package memory checks that the host has enough of it.
package memory

import (
	"context"

	"egovctl/platform/db/cluster"
	"egovctl/provisioning/checks/check"
)

// Wanted is the least memory for a small province: PostgreSQL, the platform, and the system's own.
const Wanted = 1 << 30

// Check looks at the memory that this host, or its container, may use.
func Check() check.Check {
	return check.Check{Code: "host.memory", Service: "host", Severity: "error", Run: func(context.Context, check.Look) check.Finding {
		return judge(cluster.HostSize().Memory)
	}}
}

func judge(have int64) check.Finding {
	if have < Wanted {
		return check.Wrong("check.memory.little", "have", have>>20, "wanted", Wanted>>20)
	}
	return check.Fine("check.memory.ok", "have", have>>20)
}
