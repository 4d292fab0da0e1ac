package wire

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/platform"
	"egovctl/platform/kernel/fault"
	platformmerge "egovctl/platform/merge"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/lineage"
	"egovctl/provisioning/rehearsal"
	"egovctl/provisioning/sequence"
)

// operationRehearse is its name in the journal.
const operationRehearse = "rehearse"

// Rehearsed is the last line of a rehearsal.
type Rehearsed struct {
	Event      string                   `json:"event"`
	Status     string                   `json:"status"` // rehearsed
	From       string                   `json:"from"`
	To         string                   `json:"to"`
	MS         int64                    `json:"ms"`
	DowntimeMS int64                    `json:"downtime_ms"` // for how long the copy took no requests
	Steps      []RehearsedStep          `json:"steps"`
	Conflicts  []platformmerge.Conflict `json:"conflicts"` // that the upgrade would bring
}

// RehearsedStep is a part of the rehearsal and the time that it took: what makes the copy first, then each step of the upgrade.
type RehearsedStep struct {
	Name string `json:"name"`
	MS   int64  `json:"ms"`
}

// Rehearsal is an upgrade tried on a copy of the instance.
type Rehearsal struct {
	env    *Env
	site   instance.Site
	to     string
	kit    *Kit
	result Rehearsed
	done   bool
}

// NewRehearsal prepares one for a stage that was held against the release that runs. Faults: invalid "rehearse.external" for a
// database that somebody else keeps; findings of rehearsal.Room.
func (e *Env) NewRehearsal(site instance.Site, k *Kit) (*Rehearsal, error) {
	if site.External() {
		return nil, fault.New(fault.Invalid, "rehearse.external")
	}
	m, err := k.Release().Manifest()
	if err != nil {
		return nil, err
	}
	if err := rehearsal.Room(site, m); err != nil {
		return nil, err
	}
	return &Rehearsal{env: e, site: site, to: m.Version, kit: k}, nil
}

func (r *Rehearsal) steps() []engine.Step { return sequence.Rehearsal(r) }

// Plan is the dry run.
func (r *Rehearsal) Plan(ctx context.Context) ([]engine.Planned, error) {
	return r.env.Runner(nil).Plan(ctx, r.steps())
}

// Run tries it. What fails there fails as the upgrade would: the error has its code. The copy is gone afterwards.
func (r *Rehearsal) Run(ctx context.Context, report func(engine.Event)) (Rehearsed, error) {
	o := r.env.options(report)
	o.From, o.To, o.OnFailure = r.site.Version, r.to, engine.Undo
	began := time.Now()
	r.result = Rehearsed{Event: "result", Status: "rehearsed", From: r.site.Version, To: r.to, Steps: []RehearsedStep{}, Conflicts: []platformmerge.Conflict{}}
	_, err := engine.New(o).Run(ctx, operationRehearse, r.steps())
	r.result.MS = time.Since(began).Milliseconds()
	return r.result, err
}

// Done reports whether this run has tried it: what earlier ones saw says nothing about today.
func (r *Rehearsal) Done(context.Context) (bool, bool, error) { return r.done, true, nil }

// Do leaves nothing behind. What a kill leaves the next command removes.
func (r *Rehearsal) Do(ctx context.Context, on engine.Host, say engine.Progress) error {
	proof, ok, err := backup.Proven(ctx, r.site, on, false)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "backup.empty")
	}
	set, err := r.env.BackupSet(ctx, "", "", proof.Place)
	if err != nil {
		return err
	}
	in, err := NewInstallation(ctx, r.env, r.site, InstallOptions{})
	if err != nil {
		return err
	}
	defer in.Close()
	listen, err := backup.FreeAddress()
	if err != nil {
		return err
	}
	began := time.Now()
	copied, cleanup, err := backup.CopyInstance(ctx, backup.NewCopy(set.Set, r.site, rehearsal.At(r.site.Root), in.Parts.Streams, on), listen, say)
	if err != nil {
		return err
	}
	r.took("copy", began)
	err = r.try(ctx, on, copied)
	keep := context.WithoutCancel(ctx)
	began = time.Now()
	// PostgreSQL of the copy is a child of ours, so it goes last, by the hand that started it.
	if err := errors.Join(err, rehearsal.Halt(keep, on, r.site), cleanup(keep)); err != nil {
		return err
	}
	r.took("clear", began)
	r.done = true
	return nil
}

func (r *Rehearsal) took(name string, since time.Time) {
	r.result.Steps = append(r.result.Steps, RehearsedStep{name, time.Since(since).Milliseconds()})
}

// try starts the copy, lays the release down in it and lets the new release's own program commit it: the very steps of the
// upgrade, carried out by the program that will carry them out.
func (r *Rehearsal) try(ctx context.Context, on engine.Host, copied instance.Site) error {
	began := time.Now()
	if err := rehearsal.OwnRelease(on, copied.Root, copied.Version); err != nil {
		return err
	}
	if _, err := r.run(ctx, on, copied, copied.Root.Binary(), "start"); err != nil {
		return err
	}
	r.took("start", began)
	began = time.Now()
	there := *r.env
	there.Flags.Root, there.Flags.Config = string(copied.Root), ""
	to := copied
	to.Version = r.to
	p := sequence.Parts{Site: to, Release: r.kit.Release()}
	if _, err := there.undoing(nil).Run(ctx, lineage.Stage, sequence.Stage(p)); err != nil {
		return err
	}
	r.took("release", began)
	told, err := r.run(ctx, on, copied, to.Root.Release(r.to)+"/"+kit.Binary, "upgrade", "commit")
	r.result.Steps = append(r.result.Steps, told.steps...)
	if err != nil {
		return err
	}
	r.result.DowntimeMS = told.DowntimeMS
	d := there.data(to)
	defer d.Close()
	return d.Read(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		open, err := platformmerge.Open(ctx, tx)
		for _, c := range open {
			if c.Release == r.to {
				r.result.Conflicts = append(r.result.Conflicts, c)
			}
		}
		return err
	})
}

// SweepRehearsal removes the copy of a rehearsal that was killed, and ends what runs in it. It does nothing where there is
// none, or while another operation runs; what goes wrong is told, and does not keep the command that comes now.
func (e *Env) SweepRehearsal(ctx context.Context) {
	if there, err := rehearsal.Stands(e.Root()); err != nil || !there {
		return // who may not look has nothing to sweep
	}
	site, err := e.Site()
	if err == nil {
		_, err = e.Runner(nil).Run(ctx, operationRehearse, sequence.Rehearsal(sweep{site}))
	}
	if err != nil && !fault.Is(err, fault.Busy) {
		message, _ := e.Fault(err)
		fmt.Fprintf(e.Err, "%s %s\n", e.PaintErr(term.Warning, "!"), e.T("rehearse.left", "path", rehearsal.At(e.Root()), "why", message))
	}
}

// sweep is the end of a rehearsal whose maker is gone.
type sweep struct{ site instance.Site }

func (s sweep) Done(context.Context) (bool, bool, error) {
	there, err := rehearsal.Stands(s.site.Root)
	return !there, true, err
}

func (s sweep) Do(ctx context.Context, on engine.Host, _ engine.Progress) error {
	return rehearsal.Clear(ctx, on, s.site)
}
