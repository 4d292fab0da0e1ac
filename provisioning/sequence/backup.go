package sequence

import (
	"egovctl/provisioning/backup/target"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/retain"
	"egovctl/provisioning/steps/set"
)

// Backup writes one set; the step knows afterwards what it holds. At the target of the answers it is also verified, and
// what need not be kept any more goes.
func Backup(site instance.Site, to target.Target, id string, regular bool) ([]engine.Step, *set.Step) {
	s := set.New(site, to, id, regular)
	if !regular {
		return []engine.Step{s}, s
	}
	return []engine.Step{s, retain.New(site, to)}, s
}
