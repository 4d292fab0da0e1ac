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
		return judge(runtime.GOOS, runtime.GOARCH)
	}}
}

func judge(system, arch string) check.Finding {
	if system != "linux" || (arch != "amd64" && arch != "arm64") {
		return check.Wrong("check.machine.unknown", "os", system, "arch", arch)
	}
	return check.Fine("check.machine.ok", "os", system, "arch", arch)
}
