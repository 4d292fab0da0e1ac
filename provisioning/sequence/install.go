// Package sequence holds the ordered lists: what an installation does, and what a start does.
package sequence

import (
	"egovctl/platform/db"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/archive"
	"egovctl/provisioning/steps/ballast"
	"egovctl/provisioning/steps/base"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/external"
	"egovctl/provisioning/steps/layout"
	"egovctl/provisioning/steps/merge"
	"egovctl/provisioning/steps/once"
	"egovctl/provisioning/steps/platform"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/schema"
	"egovctl/provisioning/steps/seed"
	"egovctl/provisioning/steps/server"
	"egovctl/provisioning/steps/units"
)

// Parts is what an installation is given as plain values.
type Parts struct {
	Site      instance.Site
	Release   release.Source // what is laid down: a verified kit's release, or what the running binary carries
	Secrets   []answers.Secret
	Streams   []db.Stream // schemas to migrate
	Loads     []seed.Load // packaged data
	Accounts  once.Task   // first administrator, or the demo's accounts
	Samples   once.Task   // the demo's dossiers; nil for none
	Merge     merge.Work  // what an upgrade brings together with the province's
	Tally     once.Task   // the totals of what people entered, before a move
	Probe     once.Task   // the synthetic dossier; nil to leave it out
	PurgeData bool        // removal only: take the data too
}

// Install is the whole of an installation, in its order. Its undo, in reverse, is the removal.
func Install(p Parts) []engine.Step {
	steps := []engine.Step{
		account.New(p.Site),
		layout.New(p.Site),
		ballast.New(p.Site),
		answers.New(p.Site, p.Secrets),
		release.New(p.Site, p.Release),
		current.New(p.Site),
		units.New(p.Site, keeper.Folder),
	}
	steps = append(steps, serverOf(p)...)
	steps = append(steps,
		schema.New(p.Site, p.Streams, p.PurgeData),
		seed.New(p.Site, p.Loads, p.PurgeData),
		once.New("accounts", "seed", p.Accounts, p.PurgeData),
	)
	if p.Samples != nil {
		steps = append(steps, once.New("samples", "accounts", p.Samples, p.PurgeData))
	}
	steps = append(steps, platform.New(p.Site))
	if p.Probe != nil {
		steps = append(steps, once.New("probe", "platform", p.Probe, p.PurgeData))
	}
	return append(steps, base.New(p.Site, false))
}

// serverOf is what leads to roles and a database: a server of our own, or one that somebody else keeps.
func serverOf(p Parts) []engine.Step {
	if p.Site.External() {
		return []engine.Step{external.New(p.Site, p.PurgeData)}
	}
	return []engine.Step{cluster.New(p.Site, p.PurgeData), server.New(p.Site), archive.New(p.Site), database.New(p.Site, p.PurgeData)}
}

// Start brings a stopped instance up. One that was moved since it was installed has its units written anew: they name the
// place where it was.
func Start(site instance.Site) []engine.Step {
	return []engine.Step{units.New(site, keeper.Folder), server.New(site), archive.Here(site), platform.New(site), ballast.New(site)}
}
