package engine_test

import (
	"syscall"
	"testing"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/engine/disk/crash"
	"egovctl/provisioning/engine/enginetest"
	"egovctl/provisioning/host"
)

// Each refusal of a disk is told as what it is, so that its cure is the right one.
func TestWhatADiskRefusesIsToldAsWhatItIs(t *testing.T) {
	for errno, want := range map[syscall.Errno]struct {
		code fault.Code
		key  string
	}{
		syscall.ENOSPC: {fault.Finding, "engine.disk.full"},
		syscall.EDQUOT: {fault.Finding, "engine.disk.full"},
		syscall.EROFS:  {fault.Finding, "engine.disk.readonly"},
		syscall.EACCES: {fault.Finding, "engine.disk.denied"},
		syscall.EIO:    {fault.Unavailable, "engine.disk"},
	} {
		d := crash.New()
		d.Fail = func(kind, _ string) error {
			if kind == "create" {
				return errno
			}
			return nil
		}
		o := engine.Options{Root: "/opt/egov", Host: host.NewOn(d), Disk: d}
		steps := []engine.Step{enginetest.Release{Root: "/opt/egov", Version: "1", Files: map[string]string{"egovctl": "x"}}}
		_, err := engine.New(o).Run(t.Context(), "install", steps)
		wantCode(t, err, want.code, want.key)
	}
}
