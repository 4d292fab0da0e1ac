package wire

import (
	"context"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/sequence"
)

// operationArchive is its name in the journal.
const operationArchive = "archive"

// archiveAnew has the continuous archive follow the cluster that runs now. An instance without one has nothing to follow.
func (e *Env) archiveAnew(ctx context.Context, site instance.Site, report func(engine.Event)) error {
	if !site.Continuous() {
		return nil
	}
	_, err := e.Runner(report).Run(ctx, operationArchive, sequence.Archive(site))
	return err
}

// Reach is what the continuous archive can bring back: any moment since From. Off says that the answers ask for none.
type Reach struct {
	Off  bool
	From time.Time // the zero time when nothing can be brought back yet
}

// Reach asks the archive and the server. Faults: those of the archiver.
func (e *Env) Reach(ctx context.Context) (Reach, error) {
	site, err := e.Site()
	if err != nil || !site.Continuous() {
		return Reach{Off: err == nil}, err
	}
	a, err := backup.Continuous(site)
	if err != nil {
		return Reach{}, err
	}
	info, err := a.Info(ctx, e.Host())
	if err != nil || len(info.Bases) == 0 {
		return Reach{}, err
	}
	since, err := e.sinceMove()
	if err != nil {
		return Reach{}, err
	}
	r := Reach{From: info.Bases[0].Ended}
	if since.After(r.From) {
		r.From = since
	}
	return r, nil
}

// sinceMove is when the release that runs came: before that the rows were another release's. The zero time when none came before it.
func (e *Env) sinceMove() (at time.Time, err error) {
	runs, err := engine.History(string(e.Root()))
	for _, r := range runs {
		if r.State == engine.Done && r.From != r.To && (r.Operation == lineage.Upgrade || r.Operation == lineage.Rollback) {
			at = r.Ended
		}
	}
	return at, err
}

// Rewind brings the database of the instance at Root back to a moment.
type Rewind struct {
	ID    string
	At    time.Time // the zero time means everything that the archive has
	Site  instance.Site
	There bool // it is in place already
	// Behind is why the continuous archive does not follow yet; nil when it does.
	Behind error
	env    *Env
	in     *Installation
	steps  []engine.Step
}

// NewRewind prepares it; the zero time means everything that the archive has. Nothing is written yet. Faults: invalid "backup.external", "archive.off" where no
// continuous archive is kept, "archive.future"; findings "archive.window", "archive.release" for a moment at which another
// release ran, and those of Env.free.
func (e *Env) NewRewind(ctx context.Context, at time.Time) (*Rewind, error) {
	site, err := e.Site()
	if err != nil {
		return nil, err
	}
	now := clock.System{}.Now()
	switch {
	case site.External():
		return nil, fault.New(fault.Invalid, "backup.external")
	case !site.Continuous():
		return nil, fault.New(fault.Invalid, "archive.off").At("backup.continuous")
	case at.After(now):
		return nil, fault.New(fault.Invalid, "archive.future", "at", backup.Shown(at))
	}
	r := &Rewind{At: at, Site: site, env: e}
	if r.ID, err = e.momentID(at, now); err != nil {
		return nil, err
	}
	if r.There, err = e.free(site.Root, r.ID); err != nil || r.There {
		return r, err
	}
	return r, r.plan(ctx)
}

// momentID names the moment. Everything that the archive has is another moment each time: one that was begun goes on.
func (e *Env) momentID(at, now time.Time) (string, error) {
	kept, err := backup.Kept(e.Host(), e.Root())
	if err != nil {
		return "", err
	}
	for _, k := range kept {
		if at.IsZero() && backup.Everything(k.Set) {
			return k.Set, nil
		}
	}
	return backup.MomentID(at, now), nil
}

func (r *Rewind) plan(ctx context.Context) error {
	since, err := r.env.sinceMove()
	if err != nil {
		return err
	}
	if !r.At.IsZero() && r.At.Before(since) {
		return fault.New(fault.Finding, "archive.release", "at", backup.Shown(r.At), "since", backup.Shown(since))
	}
	a, err := backup.Continuous(r.Site)
	if err != nil {
		return err
	}
	past, err := backup.Past{Archive: a, At: r.At, Live: r.Site.Root.Postgres()}.Reach(ctx, r.env.Host())
	if err != nil {
		return err
	}
	if r.in, err = NewInstallation(ctx, r.env, r.Site, InstallOptions{}); err != nil {
		return err
	}
	r.in.Parts.Merge = r.in.forward()
	task := &cameBack{in: r.in, object: r.ID, detail: map[string]any{"to": r.At}}
	r.steps = sequence.Restore(r.in.Parts, backup.NewRewind(r.ID, past, r.Site, r.in.Parts.Streams, r.env.Host()), task)
	return nil
}

// Plan is the dry run.
func (r *Rewind) Plan(ctx context.Context) ([]engine.Planned, error) {
	return r.env.Runner(nil).Plan(ctx, r.steps)
}

// handOver bounds how long the running server is waited for to hand its log over.
const handOver = 30 * time.Second

// Run does it, or goes on with one that was cut. A failure brings the old side back.
func (r *Rewind) Run(ctx context.Context, report func(engine.Event)) (took time.Duration, err error) {
	if r.There {
		return 0, nil
	}
	began := clock.System{}.Now()
	if up, err := r.Site.Running(r.env.Host()); err == nil && up {
		wait, cancel := context.WithTimeout(ctx, handOver)
		err = backup.HandOver(wait, r.Site)
		cancel()
		if err != nil && ctx.Err() == nil && wait.Err() == nil {
			return 0, err
		}
	}
	if _, err := r.env.undoing(report).Run(ctx, operationRestore, r.steps); err != nil {
		return 0, err
	}
	took = clock.System{}.Now().Sub(began)
	r.Behind = r.env.archiveAnew(ctx, r.Site, report)
	return took, nil
}

// Old is where the old side waits for the confirmation.
func (r *Rewind) Old() string { return string(backup.Before(r.Site.Root, r.ID)) }

// Close ends the connections.
func (r *Rewind) Close() {
	if r.in != nil {
		r.in.Close()
	}
}
