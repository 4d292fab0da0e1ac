package wire

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/backfill"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
)

// UpgradePreflight looks whether the host and the instance can take another release. Nothing is written. Faults: every
// finding with its cure, as a list; finding "upgrade.backfill" while work of the release before is not done.
func (e *Env) UpgradePreflight(ctx context.Context, site instance.Site) error {
	if err := blocking(check.All(ctx, check.Look{Site: site, Host: host.ReadOnly(e.Host())}, checks.Upgrade())); err != nil {
		return err
	}
	d := e.data(site)
	defer d.Close()
	if up, err := d.Running(); err != nil || !up {
		return err // a stopped instance does no work, and is started by the upgrade
	}
	var open []backfill.State
	err := d.Read(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		var err error
		open, err = backfill.Open(ctx, tx)
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
