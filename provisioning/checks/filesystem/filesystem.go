// Package filesystem checks that ROOT lies on a file system that keeps what it is given.
package filesystem

import (
	"context"

	"golang.org/x/sys/unix"

	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
)

// forgetful are file systems that lose everything at a restart, remote those on which PostgreSQL's promises do not hold.
var (
	forgetful = map[int64]string{unix.TMPFS_MAGIC: "tmpfs", unix.RAMFS_MAGIC: "ramfs"}
	remote    = map[int64]string{unix.NFS_SUPER_MAGIC: "nfs", unix.SMB_SUPER_MAGIC: "smb", 0xfe534d42: "smb2"}
)

// Check asks what kind of file system holds ROOT, or will.
func Check() check.Check {
	return check.Check{Code: "disk.filesystem", Service: "disk", Severity: "warning", Run: func(_ context.Context, look check.Look) check.Finding {
		at := host.Standing(string(look.Site.Root))
		magic, err := host.FileSystem(at)
		if err != nil {
			return check.Failed(err)
		}
		return judge(at, magic)
	}}
}

func judge(at string, magic int64) check.Finding {
	if name, ok := forgetful[magic]; ok {
		return check.Doubtful("check.filesystem.forgetful", "path", at, "type", name)
	}
	if name, ok := remote[magic]; ok {
		return check.Doubtful("check.filesystem.remote", "path", at, "type", name)
	}
	return check.Fine("check.filesystem.ok", "path", at)
}
