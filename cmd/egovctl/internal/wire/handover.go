package wire

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

// HandOver turns this process into the program of another release, with these arguments; the journal, not this process,
// knows what is to be done. It returns nil at once when this is that program already.
func (e *Env) HandOver(version string, args ...string) error {
	program := filepath.Join(e.Root().Release(version), kit.Binary)
	self, errSelf := os.Stat("/proc/self/exe")
	there, err := os.Stat(program)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "release.damaged", "path", e.Root().Release(version))
	}
	if errSelf == nil && os.SameFile(self, there) {
		return nil
	}
	args = append(append([]string{program}, args...), "--root", string(e.Root()), "--lang", string(e.Lang))
	if e.JSON() {
		args = append(args, "-o", "json")
	}
	for flag, on := range map[string]bool{"--yes": e.Flags.Yes, "--dry-run": e.Flags.DryRun, "-v": e.Flags.Verbose} {
		if on {
			args = append(args, flag)
		}
	}
	return fmt.Errorf("run %s: %w", program, syscall.Exec(program, args, os.Environ()))
}

// Judge hands over to the program of the release that runs, which alone knows its tables and its dossiers, and goes on with this one where
// there is no such release or its files are not what its manifest says: that is a finding of its own, and no such program is run.
func (e *Env) Judge(args ...string) error {
	if _, err := kit.Verify(e.Root().Current()); err != nil {
		return nil //nolint:nilerr // the check of the release tells it
	}
	return e.HandOver(e.runs(), args...)
}
