package wire

import (
	"context"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/sequence"
	"egovctl/provisioning/steps/release"
)

// Stage lays the release of a kit down beside the one that runs.
type Stage struct {
	Hops  []string // the whole way from the release that runs: here always one
	env   *Env
	site  instance.Site // as it will be
	from  string
	kit   *Kit
	steps []engine.Step
}

// NewStage holds the kit against the release that runs. Faults, all Refused: those of the path, "release.differs" for another
// program under the version that runs, "upgrade.other" while another upgrade was begun and is not done.
func (e *Env) NewStage(site instance.Site, k *Kit) (*Stage, error) {
	to := k.Manifest().Version
	runs, err := e.history()
	if err != nil {
		return nil, err
	}
	if _, other, ok := lineage.Under(runs, lineage.Upgrade); ok && other != to {
		return nil, fault.New(fault.Refused, "upgrade.other", "version", other)
	}
	s := &Stage{env: e, from: site.Version, kit: k}
	if from, _, ok := lineage.Under(runs, lineage.Upgrade); ok {
		s.from = from
	}
	if s.Hops, err = k.Manifest().Compatibility.Path(s.from, to); err != nil {
		return nil, err
	}
	s.site = e.at(site.Answers, to)
	lay := release.New(s.site, k.Release())
	if s.Runs() {
		_, err := lay.Plan(context.Background(), host.ReadOnly(e.Host()))
		return s, err
	}
	s.steps = sequence.Stage(sequence.Parts{Site: s.site, Release: k.Release()})
	return s, nil
}

// Runs reports whether the kit's release is the one that runs.
func (s *Stage) Runs() bool { return len(s.Hops) == 0 }

// Plan is the dry run.
func (s *Stage) Plan(ctx context.Context) ([]engine.Planned, error) {
	return s.env.Runner(nil).Plan(ctx, s.steps)
}

// Do lays the release down and marks it as the one to commit.
func (s *Stage) Do(ctx context.Context, report func(engine.Event)) (Moved, error) {
	o := s.env.options(report)
	o.From, o.To = s.from, s.site.Version
	began := time.Now()
	if _, err := engine.New(o).Run(ctx, lineage.Stage, s.steps); err != nil {
		return Moved{}, err
	}
	err := s.kit.Remember(ctx)
	return Moved{Event: "result", Status: "staged", From: s.from, To: s.site.Version, MS: time.Since(began).Milliseconds()}, err
}
