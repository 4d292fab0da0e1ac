// Package sequence holds the ordered lists: what an installation does, and what a start does.
package sequence

import (
	"egovctl/platform/db"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/steps/account"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/cluster"
	"egovctl/provisioning/steps/database"
	"egovctl/provisioning/steps/layout"
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
	Binary    string // the running binary: it carries its release
	Secrets   []answers.Secret
	Streams   []db.Stream // schemas to migrate
	Loads     []seed.Load // packaged data
	Accounts  once.Task   // first administrator, or the demo's accounts
	Samples   once.Task   // the demo's dossiers; nil for none
	Probe     once.Task   // the synthetic dossier; nil to leave it out
	PurgeData bool        // removal only: take the data too
}

// Install is the whole of an installation, in its order. Its undo, in reverse, is the removal.
func Install(p Parts) []engine.Step {
	steps := []engine.Step{
		account.New(p.Site),
		layout.New(p.Site),
		answers.New(p.Site, p.Secrets),
		release.New(p.Site, p.Binary),
		units.New(p.Site, keeper.Folder),
		cluster.New(p.Site, p.PurgeData),
		server.New(p.Site),
		database.New(p.Site, p.PurgeData),
		schema.New(p.Site, p.Streams, p.PurgeData),
		seed.New(p.Site, p.Loads, p.PurgeData),
		once.New("accounts", "seed", p.Accounts, p.PurgeData),
	}
	if p.Samples != nil {
		steps = append(steps, once.New("samples", "accounts", p.Samples, p.PurgeData))
	}
	steps = append(steps, platform.New(p.Site))
	if p.Probe != nil {
		steps = append(steps, once.New("probe", "platform", p.Probe, p.PurgeData))
	}
	return steps
}

// Start brings a stopped instance up. One that was moved since it was installed has its units written anew: they name the
// place where it was.
func Start(site instance.Site) []engine.Step {
	return []engine.Step{units.New(site, keeper.Folder), server.New(site), platform.New(site)}
}
