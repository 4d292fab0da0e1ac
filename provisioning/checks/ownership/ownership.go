// Package ownership checks that what only the instance's account may read is the account's, and closed to others.
package ownership

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"egovctl/provisioning/checks/check"
)

// Check looks at the data, and at each secret.
func Check() check.Check {
	return check.Check{Code: "root.ownership", Service: "root", Severity: "error", Run: func(_ context.Context, look check.Look) check.Finding {
		r := look.Site.Root
		closed := []string{r.Secrets(), r.Data(), r.Files()}
		if !look.Site.External() {
			closed = append(closed, r.Postgres())
		}
		secrets, err := look.Host.ReadDir(r.Secrets())
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return check.Failed(err)
		}
		for _, e := range secrets {
			if !strings.HasSuffix(e.Name(), ".pub") {
				closed = append(closed, r.Secret(e.Name()))
			}
		}
		for _, path := range closed {
			info, err := look.Host.Stat(path)
			if err != nil {
				return check.Wrong("check.ownership.missing", "path", path)
			}
			if info.Mode().Perm()&0o077 != 0 {
				return check.Wrong("check.ownership.open", "path", path, "mode", info.Mode().Perm())
			}
			if look.Site.AsRoot {
				if owned, err := look.Site.Owned(look.Host, path); err != nil || !owned {
					return check.Wrong("check.ownership.foreign", "path", path, "account", look.Site.Answers.Account())
				}
			}
		}
		return check.Fine("check.ownership.ok")
	}}
}
