// Package socket checks that the path of PostgreSQL's socket fits into what the kernel takes.
package socket

import (
	"context"
	"path/filepath"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check measures the path. A long ROOT is served from /run, which only root can prepare.
func Check() check.Check {
	return check.Check{Code: "root.socket", For: "embedded", Service: "root", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		own := filepath.Join(look.Site.Root.Run(), instance.SocketName)
		used := filepath.Join(look.Site.Root.SocketDir(look.Site.Answers.Config), instance.SocketName)
		switch {
		case used == own:
			return check.Fine("check.socket.ok", "path", used)
		case look.Site.AsRoot:
			return check.Fine("check.socket.run", "path", used)
		default:
			return check.Wrong("check.socket.long", "path", own, "length", len(own), "limit", instance.MaxSocketPath)
		}
	}}
}
