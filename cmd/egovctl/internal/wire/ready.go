package wire

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/backfill"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/module"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
)

// Confirmed refuses while a restore is not confirmed: its old side has the tables of the release that runs, and could not come back
// to another one. Fault: finding "backup.unconfirmed".
func (e *Env) Confirmed() error {
	kept, err := backup.Kept(e.Host(), e.Root())
	if err != nil || len(kept) == 0 {
		return err
	}
	return fault.New(fault.Finding, "backup.unconfirmed", "id", kept[0].Set, "path", backup.Before(e.Root(), kept[0].Set))
}

// UpgradePreflight looks whether the host and the instance can take another release. Nothing is written. Faults: every
// finding with its cure, as a list; finding "upgrade.backfill" while work of the release before is not done; refused "upgrade.data_newer" for a release that does not
// read the newer data which were brought since.
func (e *Env) UpgradePreflight(ctx context.Context, site instance.Site, to kit.Manifest) error {
	if err := e.Confirmed(); err != nil {
		return err
	}
	if err := blocking(check.All(ctx, check.Look{Site: site, Host: host.ReadOnly(e.Host())}, checks.Upgrade())); err != nil {
		return err
	}
	d := e.data(site)
	defer d.Close()
	if up, err := d.Running(); err != nil || !up {
		return err // a stopped instance does no work, and is started by the upgrade
	}
	if _, _, err := d.newer(ctx, to.Version, to.Date); err != nil {
		return err
	}
	if site.Version == to.Version {
		return nil // an upgrade that was cut after the exchange goes on, and what is open is its own release's work
	}
	var open []backfill.State
	err := d.Read(ctx, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) (err error) {
		open, err = backfill.Open(ctx, tx)
		if e.Version == site.Version { // else whoever asks does not know what the release that runs does
			open = slices.DeleteFunc(open, func(s backfill.State) bool { return !does(o, s.Name) })
		}
		return err
	})
	if err != nil || len(open) == 0 {
		return err
	}
	names := make([]string, len(open))
	for i, s := range open {
		names[i] = s.Name
	}
	return fault.New(fault.Finding, "upgrade.backfill", "names", strings.Join(names, ", "))
}

// does reports whether a backfill is of this release. One of a later release, from which a rollback has led back, is done by
// nobody here and must not keep that release away: it takes the work up again.
func does(o *platform.Offices, name string) bool {
	return slices.ContainsFunc(o.Modules(), func(m module.Module) bool {
		return slices.ContainsFunc(m.Backfills, func(w backfill.Work) bool { return w.Name == name })
	})
}
