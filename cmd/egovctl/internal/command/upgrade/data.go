package upgrade

import (
	"context"

	"egovctl/cmd/egovctl/internal/screen"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// runData brings newer data to the release that runs. Its own program does it, because only that knows how its rows are read.
func runData(ctx context.Context, env *wire.Env, site instance.Site, k *wire.Kit, path string, o options) error {
	if o.stage || o.rehearse || o.announce != "" {
		return fault.New(fault.Invalid, "upgrade.data_alone")
	}
	args := []string{"upgrade", path}
	if o.fingerprint != "" {
		args = append(args, "--root-fingerprint", o.fingerprint)
	}
	if err := env.HandOver(site.Version, args...); err != nil {
		return err
	}
	m, newer, err := env.NewDataUpdate(ctx, site, k)
	if err != nil {
		return err
	}
	defer m.Close()
	if !newer {
		if !env.Flags.DryRun {
			if err := k.Remember(ctx); err != nil { // an earlier run may have been cut before it came to this
				return err
			}
		}
		return screen.Unchanged(env, m.To, "upgrade.data_there")
	}
	report := screen.For(env)
	err = env.ProvenBackup(ctx, site, report.Event)
	report.Close()
	if err != nil {
		return err
	}
	if err := screen.Move(ctx, env, m); err != nil || env.Flags.DryRun {
		return err
	}
	return k.Remember(ctx)
}
