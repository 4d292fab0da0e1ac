// Package rootfolder checks that ROOT is empty, absent, or ours.
package rootfolder

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"

	"egovctl/provisioning/checks/check"
)

// Check looks into ROOT. Ours is a folder with a journal.
func Check() check.Check {
	return check.Check{Code: "root.folder", Service: "root", Severity: "critical", Run: func(_ context.Context, look check.Look) check.Finding {
		root := string(look.Site.Root)
		info, err := look.Host.Stat(root)
		if errors.Is(err, fs.ErrNotExist) {
			return check.Fine("check.root.absent", "root", root)
		}
		if err != nil {
			return check.Wrong("check.root.denied", "root", root)
		}
		if !info.IsDir() {
			return check.Wrong("check.root.not_folder", "root", root)
		}
		entries, err := look.Host.ReadDir(root)
		if err != nil {
			return check.Wrong("check.root.denied", "root", root)
		}
		for _, e := range entries {
			if e.Name() == "lost+found" { // a file system of its own, mounted at ROOT
				continue
			}
			if _, err := look.Host.Stat(filepath.Join(look.Site.Root.Journal(), "lock")); err == nil {
				return check.Fine("check.root.ours", "root", root)
			}
			return check.Wrong("check.root.foreign", "root", root, "holds", e.Name())
		}
		return check.Fine("check.root.empty", "root", root)
	}}
}
