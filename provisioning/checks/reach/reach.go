// Package reach checks that the account that runs the instance can get to ROOT: every folder above it must let it pass.
package reach

import (
	"context"
	"os"
	"path/filepath"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// Check looks at the folders above ROOT. Root's own rights do not count: the platform does not run as root.
func Check() check.Check {
	return check.Check{Code: "root.reach", Service: "root", Severity: "critical", After: []string{"root.folder"}, Run: func(_ context.Context, look check.Look) check.Finding {
		root := string(look.Site.Root)
		uid, groups := os.Getuid(), []int{os.Getgid()}
		if look.Site.AsRoot {
			uid, groups = -1, nil // an account that is yet to be made is in no group of anyone
			if a, err := look.Site.Account(look.Host); err == nil {
				uid, groups = a.UID, []int{a.GID}
			}
		}
		barrier, err := host.Reachable(filepath.Dir(root), uid, groups)
		if err != nil {
			return check.Failed(err)
		}
		if barrier != "" {
			return check.Wrong("check.reach.closed", "folder", barrier, "root", root, "account", look.Site.Answers.Account())
		}
		return writable(look, root)
	}}
}

// writable checks that whoever installs may write at ROOT, or make it.
func writable(look check.Look, root string) check.Finding {
	at := host.Standing(root)
	if host.Sealed(at) {
		return check.Wrong("check.reach.readonly", "folder", at)
	}
	if !host.Writable(at) {
		return check.Wrong("check.reach.unwritable", "folder", at, "root", root)
	}
	return check.Fine("check.reach.ok", "root", root, "account", look.Site.Answers.Account())
}
