// Package machine checks that this is a host that the kit knows: Linux on amd64 or arm64.
package machine

import (
	"context"
	"runtime"

	"egovctl/provisioning/checks/check"
)

// Check looks at the operating system and processor.
func Check() check.Check {
	return check.Check{Code: "host.machine", Service: "host", Severity: "critical", Run: func(context.Context, check.Look) check.Finding {
		if runtime.GOOS != "linux" || (runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64") {
			return check.Wrong("check.machine.unknown", "os", runtime.GOOS, "arch", runtime.GOARCH)
		}
		return check.Fine("check.machine.ok", "os", runtime.GOOS, "arch", runtime.GOARCH)
	}}
}
