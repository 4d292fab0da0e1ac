package wire

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
	"egovctl/provisioning/steps/answers"
)

// Their names in the journal.
const (
	operationRestore = "restore"
	operationBack    = "back"
)

// Restore brings the instance at Root back from a set, or makes one there out of it.
type Restore struct {
	*BackupSet
	Site  instance.Site
	Bare  bool // there was no instance at Root
	There bool // the set is in place already, by a restore that came to its end and was not confirmed
	// Behind is why the continuous archive does not follow the instance yet, after a restore that came to its end; nil when it does.
	Behind error
	steps  []engine.Step
	in     *Installation
	task   *cameBack
	kit    *Kit       // that the release comes from; nil for this program
	to     *time.Time // the moment that the archive leads to; nil for the set's own
}

// NewRestore prepares it. flags are answers for this host, by key, typed as in the map of names; they count on a bare host
// only, and so does to: the moment to which the continuous archive beside the set brings the database, the zero one for all that
// it has; nil for the set's own rows. Faults: those of BackupSet; invalid "archive.no_set" for a moment where an instance stands;
// "archive.set_later" for a moment before the set; refused "backup.newer" for a set of a later release; findings "backup.unconfirmed" and
// "backup.unfinished" while an earlier restore has not come to its end; on a bare host those of an installation's preflight.
func (e *Env) NewRestore(ctx context.Context, place, keyFile, set string, to *time.Time, flags, typed map[string]string) (*Restore, error) {
	b, err := e.BackupSet(ctx, place, keyFile, set)
	if err != nil {
		return nil, err
	}
	if err := b.Set.Fits(e.Version); err != nil {
		return nil, err
	}
	r := &Restore{BackupSet: b, Bare: !e.whole(), to: to}
	if r.Bare {
		return r, r.bare(ctx, flags, typed)
	}
	if to != nil {
		return nil, fault.New(fault.Invalid, "archive.no_set")
	}
	if len(flags) > 0 {
		return nil, fault.New(fault.Invalid, "backup.answers_stay")
	}
	if r.Site = *b.site; r.Site.External() {
		return nil, fault.New(fault.Invalid, "backup.external")
	}
	if r.There, err = e.free(r.Site.Root, r.ID); err != nil {
		return nil, err
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	if r.There {
		return r, nil
	}
	r.steps = sequence.Restore(r.in.Parts, r.copyOf(backup.Aside(r.Site.Root), true), r.task)
	return r, nil
}

// whole reports whether an instance was installed at Root, or brought back, as far as its answers and its release.
func (e *Env) whole() bool {
	for _, path := range []string{e.Root().Applied(), e.Root().Current()} {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

func (r *Restore) bare(ctx context.Context, flags, typed map[string]string) error {
	raw, etc, err := r.Set.Etc(ctx)
	if err != nil {
		return err
	}
	loaded, err := instance.Load(instance.Sources{File: instance.Root("").Config(), Read: func(string) ([]byte, error) { return raw, nil }, Env: r.env.Getenv, Flags: flags, Typed: typed})
	if err != nil {
		return err
	}
	if r.Site, err = r.env.NewSite(loaded, false); err != nil {
		return err
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	if r.kit != nil {
		if err := r.in.From(r.kit); err != nil {
			return err
		}
	}
	if err := r.in.Preflight(ctx); err != nil {
		return err
	}
	p := r.in.Parts
	p.Secrets = slices.DeleteFunc(p.Secrets, func(s answers.Secret) bool { return s.Name == instance.RecoveryKey })
	c := r.copyOf(backup.Aside(r.Site.Root), false)
	if c.Past, err = r.past(); err != nil {
		return err
	}
	r.steps = sequence.RestoreBare(p, c, etc, r.task)
	return nil
}

// past is where the archive leads to, which lies beside the set; nil when it is not asked.
func (r *Restore) past() (*backup.Past, error) {
	if r.to == nil {
		return nil, nil //nolint:nilnil // nil means the set's own rows
	}
	if _, err := instance.Archiver(); err != nil {
		return nil, err
	}
	if !r.to.IsZero() && r.to.Before(r.MadeAt) {
		return nil, fault.New(fault.Finding, "archive.set_later", "id", r.ID, "made", backup.Shown(r.MadeAt), "at", backup.Shown(*r.to))
	}
	a, err := backup.Beside(r.Site, r.Place, r.ID)
	return &backup.Past{Archive: a, At: *r.to}, err
}

// open makes what the platform lends to a restore: its migrations and its probe.
func (r *Restore) open(ctx context.Context) (err error) {
	r.in, err = NewInstallation(ctx, r.env, r.Site, InstallOptions{})
	if err != nil {
		return err
	}
	r.in.Parts.Merge = r.in.forward()
	r.task = &cameBack{in: r.in, object: r.Set.ID, detail: map[string]any{"made_at": r.Set.MadeAt, "version": r.Set.Version}}
	if r.to != nil {
		r.task.detail["to"] = *r.to
	}
	return nil
}

func (r *Restore) copyOf(root instance.Root, keep bool) backup.Copy {
	c := backup.NewCopy(r.Set, r.Site, root, r.in.Parts.Streams, r.env.Host())
	c.Keep = keep
	return c
}

// free refuses while an old side is kept that another restore has left. there reports that the one of id is in place, and waits
// for its confirmation. Findings "backup.unfinished", "backup.unconfirmed".
func (e *Env) free(root instance.Root, id string) (there bool, err error) {
	kept, err := backup.Kept(e.Host(), root)
	if err != nil {
		return false, err
	}
	cut, unfinished, err := engine.Unfinished(string(root))
	if err != nil {
		return false, err
	}
	unfinished = unfinished && cut.Operation == operationRestore
	for _, k := range kept {
		switch {
		case k.Set == id && unfinished:
		case k.Set == id && k.Switched:
			there = true
		case unfinished:
			return false, fault.New(fault.Finding, "backup.unfinished", "id", k.Set)
		default:
			return false, fault.New(fault.Finding, "backup.unconfirmed", "id", k.Set, "path", backup.Before(root, k.Set))
		}
	}
	return there, nil
}

// Plan is the dry run.
func (r *Restore) Plan(ctx context.Context) ([]engine.Planned, error) {
	return r.env.Runner(nil).Plan(ctx, r.steps)
}

// Run does it, or goes on with one that was cut; where the set is in place already it does nothing. A failure brings the old
// side back.
func (r *Restore) Run(ctx context.Context, report func(engine.Event)) (took time.Duration, err error) {
	if r.There {
		return 0, nil
	}
	began := clock.System{}.Now()
	o := r.env.options(report)
	o.OnFailure = engine.Undo
	if r.kit != nil {
		o.Risks = r.kit.Risks()
	}
	if _, err := engine.New(o).Run(ctx, operationRestore, r.steps); err != nil {
		return 0, err
	}
	took = clock.System{}.Now().Sub(began)
	if err := backup.Note(r.env.Host(), r.Site, r.proof(backup.Restored, took)); err != nil {
		return took, err
	}
	r.Behind = r.env.archiveAnew(ctx, r.Site, report)
	return took, nil
}

func (s *BackupSet) proof(how string, took time.Duration) backup.Proof {
	return backup.Proof{ID: s.ID, Place: s.Place, MadeAt: s.MadeAt, At: clock.System{}.Now().UTC().Truncate(time.Second), How: how,
		MS: took.Milliseconds(), Recovery: s.Recovery}
}

// Close ends the connections.
func (r *Restore) Close() {
	if r.in != nil {
		r.in.Close()
	}
}

// Old is where the old side waits for the confirmation; "" on a host that had none.
func (r *Restore) Old() string {
	if r.Bare {
		return ""
	}
	return string(backup.Before(r.Site.Root, r.ID))
}

// cameBack sends the synthetic dossier through what came back, and leaves the restore in its audit log.
type cameBack struct {
	in     *Installation
	object string         // what came back: a set, or a moment
	detail map[string]any // and what of it goes on record
	done   bool
}

func (c *cameBack) Done(context.Context) (bool, bool, error) {
	up, err := c.in.data.Running()
	return c.done, up, err
}

func (c *cameBack) Do(ctx context.Context, _ engine.Host, _ engine.Progress) error {
	offices, err := c.in.data.Offices()
	if err != nil {
		return err
	}
	if err := offices.Onestop.Probe(ctx); err != nil {
		return err
	}
	err = c.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		return audit.Write(ctx, tx, Operator(), audit.Act{Service: "platform", Action: "backup.restore", Object: c.object, Detail: c.detail})
	})
	c.done = err == nil
	return err
}

// ConfirmRestore gives up the old sides that restores have kept; without any it does nothing.
func (e *Env) ConfirmRestore(ctx context.Context, report func(engine.Event)) (engine.Outcome, error) {
	site, err := e.Site()
	if err != nil {
		return engine.Outcome{}, err
	}
	return e.Runner(report).Run(ctx, "confirm", sequence.Confirm(site))
}

// ConfirmPlan is its dry run.
func (e *Env) ConfirmPlan(ctx context.Context) ([]engine.Planned, error) {
	site, err := e.Site()
	if err != nil {
		return nil, err
	}
	return e.Runner(nil).Plan(ctx, sequence.Confirm(site))
}

// UndoRestore brings back the old side that a restore has kept, and removes the one that leaves. What was entered since goes with it.
// behind is why the continuous archive does not follow yet, nil when it does. Fault: invalid "backup.nothing_kept" when none is kept.
func (e *Env) UndoRestore(ctx context.Context, report func(engine.Event)) (behind, err error) {
	site, kept, err := e.keptSide()
	if err != nil {
		return nil, err
	}
	if kept != "" {
		if _, err := e.Runner(report).Undo(ctx, operationBack, sequence.Exchanged(site)); err != nil {
			return nil, err
		}
	}
	if _, err := e.Runner(report).Run(ctx, operationBack, sequence.Left(site)); err != nil {
		return nil, err
	}
	return e.archiveAnew(ctx, site, report), nil
}

// BackPlan is its dry run.
func (e *Env) BackPlan() ([]engine.Planned, error) {
	site, kept, err := e.keptSide()
	if err != nil || kept == "" {
		return nil, err
	}
	info := sequence.Exchanged(site)[0].Info()
	return []engine.Planned{{Step: info.Name, Title: info.Title, Changes: []engine.Change{{ID: kept, Action: "update", Target: site.Root.Data()}}}}, nil
}

// keptSide is what the old side that is kept is named for; "" when only the one that left is still to be removed.
func (e *Env) keptSide() (site instance.Site, name string, err error) {
	if site, err = e.Site(); err != nil {
		return site, "", err
	}
	kept, err := backup.Kept(e.Host(), site.Root)
	if err != nil {
		return site, "", err
	}
	if len(kept) > 0 {
		return site, kept[0].Set, nil
	}
	left, err := backup.Stands(e.Host(), string(backup.Aside(site.Root)))
	if err == nil && !left {
		err = fault.New(fault.Invalid, "backup.nothing_kept")
	}
	return site, "", err
}
