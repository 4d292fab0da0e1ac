package wire

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/services/onestop"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// DefaultSamples is how many invented dossiers a demonstration gets.
const DefaultSamples = 2000

// demoPeople of a demonstration of DefaultSamples dossiers; fewer for fewer.
const demoPeople = 300

// demoSeed makes the same invented people and dossiers on every host.
const demoSeed = 20140829

// samples is how many invented dossiers the instance at site has or gets: what its first installation was told, else
// what is said now. Faults, all Invalid: "install.samples.plain" without a demonstration, "install.demo.real" for a
// demonstration on top of an instance in real use, "install.samples.changed" for another number than the first: what was
// filed and processed since cannot be told from what was invented, so nothing takes it back.
func (o InstallOptions) samples(site instance.Site) (int, error) {
	if !o.Demo {
		if o.Samples != nil {
			return 0, fault.New(fault.Invalid, "install.samples.plain").At("--samples")
		}
		return 0, nil
	}
	first, err := readCredentials(site)
	switch {
	case err != nil:
		return 0, err
	case first.AdminLink != "":
		return 0, fault.New(fault.Invalid, "install.demo.real", "root", site.Root).At("--demo")
	case first.Samples == nil && o.Samples == nil:
		return DefaultSamples, nil
	case first.Samples == nil:
		return *o.Samples, nil
	case o.Samples != nil && *o.Samples != *first.Samples:
		return 0, fault.New(fault.Invalid, "install.samples.changed", "old", *first.Samples, "new", *o.Samples).At("--samples")
	}
	return *first.Samples, nil
}

// samples makes the demo's invented people and dossiers.
type samples struct{ in *Installation }

func (s *samples) Done(ctx context.Context) (bool, bool, error) {
	_, done, ok, err := s.in.noted(ctx, stateSamples)
	return done, ok, err
}

func (s *samples) Do(ctx context.Context, _ engine.Host, say engine.Progress) error {
	o, err := s.in.data.Offices()
	if err != nil {
		return err
	}
	var citizens []string
	for _, login := range []string{"congdan1", "congdan2"} {
		a, err := o.Identity.Find(ctx, Operator(), login)
		if err != nil {
			return err
		}
		citizens = append(citizens, a.ID)
	}
	n := s.in.samples
	in := onestop.DemoInput{People: max(1, demoPeople*n/DefaultSamples), Dossiers: n, Seed: demoSeed, Now: clock.System{}.Now(), Citizens: citizens,
		Played: func(done int) { say(int64(done), int64(n), "dossiers") }}
	return s.in.data.Owner(ctx, func(ctx context.Context, tx pgx.Tx) error { // COPY asks for the owner
		if err := o.Onestop.SeedDemo(ctx, tx, in); err != nil {
			return err
		}
		return note(ctx, tx, stateSamples, "done")
	})
}
