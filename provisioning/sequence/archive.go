package sequence

import (
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/archive"
	"egovctl/provisioning/steps/base"
)

// Archive has the continuous archive follow the cluster that runs, which may be another one since a restore or a new major version
// of PostgreSQL, and renews its copies.
func Archive(site instance.Site) []engine.Step {
	return []engine.Step{archive.New(site), base.New(site, true)}
}
