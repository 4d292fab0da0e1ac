// Package checks is the street of checks: one folder each, one line each below.
package checks

import (
	"egovctl/provisioning/checks/accounttools"
	"egovctl/provisioning/checks/ahead"
	"egovctl/provisioning/checks/archive"
	"egovctl/provisioning/checks/binaries"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/checks/external"
	"egovctl/provisioning/checks/externaldata"
	"egovctl/provisioning/checks/externalrights"
	"egovctl/provisioning/checks/externalwall"
	"egovctl/provisioning/checks/filesystem"
	"egovctl/provisioning/checks/hosttime"
	"egovctl/provisioning/checks/machine"
	"egovctl/provisioning/checks/major"
	"egovctl/provisioning/checks/memory"
	"egovctl/provisioning/checks/openfiles"
	"egovctl/provisioning/checks/ownership"
	"egovctl/provisioning/checks/port"
	"egovctl/provisioning/checks/reach"
	"egovctl/provisioning/checks/reachable"
	"egovctl/provisioning/checks/releaseintact"
	"egovctl/provisioning/checks/rootfolder"
	"egovctl/provisioning/checks/serving"
	"egovctl/provisioning/checks/socket"
	"egovctl/provisioning/checks/space"
	"egovctl/provisioning/checks/tables"
)

// Preflight lists what a host must have before an installation.
func Preflight() []check.Check {
	return []check.Check{
		machine.Check(), hosttime.Check(), memory.Check(), openfiles.Check(), accounttools.Check(),
		rootfolder.Check(), reach.Check(), socket.Check(), space.Check(), filesystem.Check(),
		port.Check(), binaries.Check(), ahead.Check(), external.Check(), externaldata.Check(), externalrights.Check(),
	}
}

// Upgrade lists what must be so before a release is laid down beside the one that runs.
func Upgrade() []check.Check {
	return []check.Check{
		hosttime.Check(), reach.Check(), space.Check(), filesystem.Check(), ownership.Check(), releaseintact.Check(), major.Check(),
	}
}

// Health lists what must be so while an instance works. What the services say of themselves comes after these.
func Health() []check.Check {
	return []check.Check{
		hosttime.Check(), space.Check(), ownership.Check(), releaseintact.Check(),
		major.Check(), reachable.Check(), tables.Check(), externalwall.Check(), serving.Check(), archive.Check(),
	}
}
