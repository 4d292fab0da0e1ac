package sequence

import (
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/aside"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/discard"
	"egovctl/provisioning/steps/exchange"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/merge"
	"egovctl/provisioning/steps/once"
	"egovctl/provisioning/steps/recover"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/seed"
)

// Restore brings the instance back from a set or from a moment: the new side is built and checked beside the working one, then they are
// exchanged, and what came back is started and probed.
func Restore(p Parts, side aside.Side, probe once.Task) []engine.Step {
	steps := []engine.Step{aside.New(p.Site.Root, side), exchange.New(p.Site, side.Name())}
	steps = append(steps, Start(p.Site)...)
	steps = append(steps, seed.New(p.Site, p.Loads, false), merge.New(p.Site, p.Merge)) // what came back may be of an older release
	return append(steps, once.New("probe", "platform", probe, false))
}

// RestoreBare is Restore on a host that has no instance: what an installation makes comes first, with the secrets of the set.
func RestoreBare(p Parts, c backup.Copy, etc map[string]backup.File, probe once.Task) []engine.Step {
	steps := []engine.Step{
		account.New(p.Site), layout.New(p.Site), recover.New(p.Site, etc), answers.New(p.Site, p.Secrets),
		release.New(p.Site, p.Release), current.New(p.Site),
	}
	return append(append(steps, Restore(p, c, probe)...), discard.New(p.Site)) // the old side is the folders that layout made
}

// Exchanged is the step of a restore whose undo brings the old side back.
func Exchanged(site instance.Site) []engine.Step {
	return []engine.Step{exchange.New(site, "")}
}

// Left removes the side that has left when the old one came back.
func Left(site instance.Site) []engine.Step { return []engine.Step{discard.Left(site)} }

// Confirm gives the old side of a restore up.
func Confirm(site instance.Site) []engine.Step { return []engine.Step{discard.New(site)} }

// Rehearse proves a set by a task that restores it into a copy.
func Rehearse(drill once.Task) []engine.Step {
	return []engine.Step{once.New("drill", "", drill, true)}
}
