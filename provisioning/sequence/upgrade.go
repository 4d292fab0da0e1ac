package sequence

import (
	"egovctl/provisioning/engine"
	"egovctl/provisioning/keeper"
	"egovctl/provisioning/steps/ballast"
	"egovctl/provisioning/steps/merge"
	"egovctl/provisioning/steps/mergebase"
	"egovctl/provisioning/steps/once"
	"egovctl/provisioning/steps/platform"
	"egovctl/provisioning/steps/postgres"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/schema"
	"egovctl/provisioning/steps/seed"
	"egovctl/provisioning/steps/server"
	"egovctl/provisioning/steps/staged"
	"egovctl/provisioning/steps/swap"
	"egovctl/provisioning/steps/tidy"
	"egovctl/provisioning/steps/units"
)

// Stage lays a release down beside the one that runs. Nothing else changes.
func Stage(p Parts) []engine.Step {
	return []engine.Step{release.New(p.Site, p.Release), staged.New(p.Site)}
}

// Upgrade leads from the release before to the site's, which is staged. Up to the swap everything is of a kind with which
// the release before goes on working: schemas only grow, and the merge keeps what the province made. So any failure goes
// back by the swap alone.
func Upgrade(p Parts, before string) []engine.Step {
	return []engine.Step{
		postgres.NewMajor(p.Site),
		server.New(p.Site),
		totals(p),
		schema.New(p.Site, p.Streams, false),
		seed.New(p.Site, p.Loads, false),
		mergebase.New(p.Site),
		merge.New(p.Site, p.Merge),
		units.New(p.Site, keeper.Folder),
		swap.New(p.Site),
		platform.New(p.Site),
		postgres.NewMinor(p.Site),
		once.New("probe", "platform", p.Probe, false),
		tidy.New(p.Site, before, p.Site.Version),
		ballast.New(p.Site),
	}
}

// Data brings newer packaged data to the release that runs. The merge is one transaction and comes last: what fails before it has
// changed no row.
func Data(p Parts) []engine.Step {
	return []engine.Step{server.New(p.Site), totals(p), merge.New(p.Site, p.Merge)}
}

// Rehearsal is the task that tries an upgrade on a copy, or clears away what is left of one.
func Rehearsal(t once.Task) []engine.Step { return []engine.Step{once.New("rehearsal", "", t, true)} }

// Settle gives up the clusters of earlier major versions of PostgreSQL, when a person has said that the new one is good.
func Settle(p Parts) []engine.Step { return []engine.Step{postgres.NewConfirm(p.Site)} }

// Abort leads back from an upgrade that was staged or begun, and removes every release but those that it keeps.
func Abort(p Parts, keeps []string) []engine.Step {
	return append(Rollback(p), tidy.New(p.Site, keeps...))
}

// Rollback leads back to the site's release, which ran before. It leaves the data alone: see architecture-docs/rollback.md.
func Rollback(p Parts) []engine.Step {
	return []engine.Step{
		server.New(p.Site), totals(p), mergebase.New(p.Site), swap.New(p.Site), platform.New(p.Site), ballast.New(p.Site),
	}
}

// totals is the first step that asks the database something. A server that comes back from a crash or a full disk counts as
// started before it answers, so it is waited for, some twelve seconds.
func totals(p Parts) engine.Step { return once.New("tally", "server", p.Tally, false).Patient(6) }
