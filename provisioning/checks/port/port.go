// Package port checks that the answered address can be listened at.
package port

import (
	"context"
	"errors"
	"syscall"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/keeper"
)

// Check tries to listen, unless it is this very instance that holds the address.
func Check() check.Check {
	return check.Check{Code: "port.free", Service: "platform", Severity: "critical", Run: func(ctx context.Context, look check.Look) check.Finding {
		address := look.Site.Answers.HTTP.Listen
		if keeper.Holds(ctx, look.Host, look.Site) {
			return check.Fine("check.port.ours", "address", address)
		}
		if err := keeper.Try(ctx, look.Site); err != nil {
			return refused(err, address)
		}
		return check.Fine("check.port.ok", "address", address)
	}}
}

// refused tells why the kernel did not let us listen: another needs the port freed, a right is lacking for a low one.
func refused(err error, address string) check.Finding {
	if errors.Is(err, syscall.EACCES) {
		return check.Wrong("check.port.privileged", "address", address)
	}
	return check.Wrong("check.port.taken", "address", address)
}
