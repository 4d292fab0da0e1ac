package wire

import (
	"context"
	"slices"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

// Recovery is what a person brings to a new host to have an instance back there.
type Recovery struct {
	Set    string   // folder of the backup
	Key    string   // file with the recovery key, or with enough shares of it
	Accept []string // named risks of a kit that would be refused: kit.RiskExpired, kit.RiskOlder
}

// Wanted reports whether anything of it was given.
func (r Recovery) Wanted() bool { return r.Set != "" || r.Key != "" || len(r.Accept) > 0 }

// OpenKitToRestore is OpenKit for the release with which a backup comes back on a host that has no instance. A named risk is taken
// when the recovery key opens the backup, and then only. Faults: those of OpenKit; invalid "upgrade.risk" for an unknown
// risk, "install.risk_alone" without backup or key; refused "install.risk_there" where there is an instance; those of
// BackupSet and of opening the backup.
func (e *Env) OpenKitToRestore(ctx context.Context, path, fingerprint string, r Recovery) (*Kit, error) {
	if err := KnownRisks(r.Accept, kit.RiskExpired, kit.RiskOlder); err != nil {
		return nil, err
	}
	if r.Set == "" || r.Key == "" {
		return nil, fault.New(fault.Invalid, "install.risk_alone").At("backup")
	}
	for _, sign := range []string{e.Root().Current(), e.Root().Config(), e.trust()} {
		there, err := exists(sign)
		if err != nil || there {
			return nil, fault.Wrap(err, fault.Refused, "install.risk_there", "root", e.Root())
		}
	}
	b, err := e.BackupSet(ctx, "", r.Key, r.Set)
	if err != nil {
		return nil, err
	}
	return e.openKit(ctx, path, fingerprint, kit.KindRelease, &kit.Restore{
		Newest: b.Version, Accept: r.Accept,
		Prove: func(ctx context.Context) error {
			_, _, err := b.Etc(ctx) // the key of the province opens its secrets, or it does not
			return err
		},
	})
}

// NewRestoreFrom prepares the return of a backup with the release of a kit. flags and typed are answers for this host, as NewRestore
// takes them. Faults: those of NewRestore on a bare host.
func (e *Env) NewRestoreFrom(ctx context.Context, k *Kit, from Recovery, to *time.Time, flags, typed map[string]string) (*Restore, error) {
	b, err := e.BackupSet(ctx, "", from.Key, from.Set)
	if err != nil {
		return nil, err
	}
	if err := b.Fits(e.Version); err != nil {
		return nil, err
	}
	r := &Restore{BackupSet: b, Bare: true, kit: k, to: to}
	return r, r.bare(ctx, flags, typed)
}

// From lets the release come out of a kit in place of this program.
func (in *Installation) From(k *Kit) error {
	m, err := k.Release().Manifest()
	if err != nil {
		return err
	}
	in.Parts.Release = k.Release()
	in.Parts.Site.BringsPostgres = slices.ContainsFunc(m.Members, func(x kit.Member) bool { return strings.HasPrefix(x.Path, "postgres/") })
	return nil
}
