package wire

import (
	"context"
	"errors"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
)

// Drill restores a set into a copy, starts it, probes it, throws it away, and notes the proof.
func (s *BackupSet) Drill(ctx context.Context, report func(engine.Event)) (backup.Proof, error) {
	if s.site == nil {
		return backup.Proof{}, fault.New(fault.NotInstalled, "cli.not_installed", "root", s.env.Root())
	}
	in, err := NewInstallation(ctx, s.env, *s.site, InstallOptions{})
	if err != nil {
		return backup.Proof{}, err
	}
	defer in.Close()
	d := &drill{set: s, copy: backup.NewCopy(s.Set, *s.site, backup.Drill(s.site.Root), in.Parts.Streams, s.env.Host())}
	_, err = s.env.undoing(report).Run(ctx, "drill", sequence.Rehearse(d))
	return d.proof, err
}

// drill is the one task of a drill. An older proof says nothing about today, so it is due once in every run.
type drill struct {
	set   *BackupSet
	copy  backup.Copy
	proof backup.Proof
	done  bool
}

func (r *drill) Done(context.Context) (bool, bool, error) { return r.done, true, nil }

// Do leaves nothing behind but the proof, and after a failure nothing at all. What a kill leaves the next one removes.
func (r *drill) Do(ctx context.Context, on engine.Host, say engine.Progress) error {
	began := clock.System{}.Now()
	listen, err := backup.FreeAddress()
	if err != nil {
		return err
	}
	copied, cleanup, err := backup.CopyInstance(ctx, r.copy, listen, say)
	if err != nil {
		return err
	}
	err = r.try(ctx, on, copied)
	if err := errors.Join(err, cleanup(context.WithoutCancel(ctx))); err != nil {
		return err
	}
	r.proof = r.set.proof(backup.Drilled, clock.System{}.Now().Sub(began))
	if err := backup.Note(on, *r.set.site, r.proof); err != nil {
		return err
	}
	r.done = true
	return nil
}

// try starts the platform of the copy and sends the synthetic dossier through.
func (r *drill) try(ctx context.Context, on engine.Host, copied instance.Site) error {
	stop, err := backup.Serve(ctx, on, copied)
	if err != nil {
		return err
	}
	defer stop()
	d := r.set.env.data(copied)
	defer d.Close()
	offices, err := d.Offices()
	if err != nil {
		return err
	}
	return offices.Onestop.Probe(ctx)
}
