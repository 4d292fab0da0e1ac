package wire

import (
	"context"
	"fmt"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/locale"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// provenFor is how old a backup may be on which an upgrade relies.
const provenFor = 24 * time.Hour

// ProvenBackup makes sure that there is a backup of the last day of which every byte was read, and makes one where there is
// none. With --dry-run it only says so. An external
// server's backups are made by whoever looks after it. Faults: those of NewBackup and of its Run.
func (e *Env) ProvenBackup(ctx context.Context, site instance.Site, report func(engine.Event)) error {
	if site.External() {
		fmt.Fprintln(e.Err, e.T("upgrade.backup.external"))
		return nil
	}
	proof, ok, err := backup.Proven(ctx, site, e.Host(), false)
	if err != nil {
		return err
	}
	age := (clock.System{}).Now().Sub(proof.MadeAt)
	if ok && age < provenFor {
		fmt.Fprintln(e.Err, e.T("upgrade.backup.proven", "id", proof.ID, "at", locale.DateTime(proof.MadeAt)))
		return nil
	}
	fmt.Fprintln(e.Err, e.T("upgrade.backup.made"))
	if e.Flags.DryRun {
		return nil
	}
	b, err := e.NewBackup(ctx, "")
	if err != nil {
		return err
	}
	return b.Run(ctx, report)
}
