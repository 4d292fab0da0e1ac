package wire

import (
	"context"
	"encoding/hex"
	"sync"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/app"
	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/health"
	"egovctl/platform/kernel/locale"
	platformmerge "egovctl/platform/merge"
	"egovctl/platform/module"
	"egovctl/platform/packaged"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/backup/archive"
	"egovctl/provisioning/checks"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/host"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/sequence"
	"egovctl/provisioning/steps/answers"
	"egovctl/provisioning/steps/current"
	"egovctl/provisioning/steps/release"
	"egovctl/provisioning/steps/seed"
	"egovctl/templates"
)

// InstallOptions is what the command line says beyond the answers.
type InstallOptions struct {
	Demo    bool
	Samples *int // invented dossiers; nil when nothing is said about them
	Probe   bool
}

// Installation carries the platform's plain values to the installer, and the installer's results back.
type Installation struct {
	Parts   sequence.Parts
	env     *Env
	options InstallOptions
	samples int // invented dossiers that this instance has or gets
	profile packaged.Profile
	set     func() (*packaged.Set, error) // read once, and only when rows are needed
	data    *Data
	merging []platformmerge.Office // how packaged rows and the province's become one
}

// NewInstallation knows what is to be installed. Nothing is opened yet. Faults: Invalid for an unknown profile, and those
// of samples.
func NewInstallation(_ context.Context, env *Env, site instance.Site, o InstallOptions) (*Installation, error) {
	in := &Installation{env: env, options: o}
	id := site.Answers.Province.Profile
	profile, err := packaged.Find(templates.FS, id)
	if fault.Is(err, fault.Invalid) {
		return nil, fault.Wrap(err, fault.Invalid, "install.profile", "where", site.Answers.Where("province.profile"), "profile", id,
			"known", fault.From(err).Args["known"]).At("province.profile")
	}
	if err != nil {
		return nil, err
	}
	in.profile = profile
	if in.samples, err = o.samples(site); err != nil {
		return nil, err
	}
	in.set = sync.OnceValues(func() (*packaged.Set, error) { return packaged.Load(templates.FS, id) })
	in.data = env.data(site)
	bare, err := platform.Open(module.Deps{Texts: env.Texts, Clock: clock.System{}, Settings: settings(site)}, app.Files(templates.FS, site.Root.LocalTemplates()), nil)
	if err != nil {
		return nil, err
	}
	in.merging = bare.Merging()
	carried, err := env.carriedRelease()
	if err != nil {
		return nil, err
	}
	in.Parts = sequence.Parts{Site: site, Release: carried, Secrets: secrets(site), Accounts: &accounts{in}}
	for _, m := range bare.Modules() {
		in.Parts.Streams = append(in.Parts.Streams, db.Stream{Schema: m.Name, FS: m.Migrations})
		if m.Seed == nil {
			continue
		}
		in.Parts.Loads = append(in.Parts.Loads, seed.Load{Service: m.Name, Digest: in.digest, Into: func(ctx context.Context, tx pgx.Tx) error {
			set, err := in.set()
			if err != nil {
				return err
			}
			return m.Seed(ctx, tx, set)
		}})
	}
	if o.Demo && in.samples > 0 {
		in.Parts.Samples = &samples{in}
	}
	if o.Probe {
		in.Parts.Probe = &probe{in}
	}
	return in, nil
}

// secrets are what an installation makes once. A recovery key whose private half has left the host is not made anew: its
// public half says that there is one. An external server's superuser is not ours.
func secrets(site instance.Site) []answers.Secret {
	all := []answers.Secret{
		answers.Password(instance.OwnerPassword), answers.Password(instance.AppPassword), answers.Password(instance.ReadOnlyPassword),
		{Name: instance.AuditKey, Make: audit.NewKeyPEM}, {Name: instance.BackupKey, Make: backup.NewKey},
	}
	if !site.External() {
		all = append([]answers.Secret{answers.Password(instance.SuperPassword)}, all...)
	}
	if site.Continuous() {
		all = append(all, answers.Secret{Name: instance.ArchiveKey, Make: archive.NewKey})
	}
	if !backup.KeyTaken(site.Root) {
		all = append(all, answers.Secret{Name: instance.RecoveryKey, Make: backup.NewKey})
	}
	return all
}

func (in *Installation) digest() ([]byte, error) {
	set, err := in.set()
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(set.Digest)
}

// Close ends the connections.
func (in *Installation) Close() { in.data.Close() }

// ProfileName is the profile in the person's language.
func (in *Installation) ProfileName() string {
	name := in.profile.NameVI
	if in.env.Lang == locale.English {
		name = in.profile.NameEN
	}
	return in.profile.ID + " · " + name
}

// AgencyName is the name of an agency of the profile in the person's language; "" when it has no such agency.
func (in *Installation) AgencyName(identifier string) (string, error) {
	set, err := in.set()
	if err != nil {
		return "", err
	}
	for _, a := range set.Agencies {
		if a.Identifier != identifier {
			continue
		}
		if in.env.Lang == locale.English && a.NameEN != "" {
			return a.NameEN, nil
		}
		return a.NameVI, nil
	}
	return "", nil
}

// Reconstruction reports whether the profile must be shown as one.
func (in *Installation) Reconstruction() bool { return in.profile.Reconstruction }

// blocking gathers the findings that stop an operation; nil when none does.
func blocking(results []health.Result) error {
	var found instance.Problems
	for _, r := range results {
		if r.Status == health.Fail && (r.Severity == "critical" || r.Severity == "error") {
			found = append(found, &fault.Error{Code: fault.Finding, Key: r.Key, Args: r.Args, Field: r.Code})
		}
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// Preflight looks whether this host can take the instance. Nothing is shown while all is well; otherwise every finding
// that stops the installation is told with its cure, as a list of faults.
func (in *Installation) Preflight(ctx context.Context) error {
	look := check.Look{Site: in.Parts.Site, Host: host.ReadOnly(in.env.Host())}
	if err := blocking(check.All(ctx, look, checks.Preflight())); err != nil {
		return err
	}
	// Another release, or other bytes under the same version, are refused before anything is written.
	for _, s := range []engine.Step{current.New(in.Parts.Site), release.New(in.Parts.Site, in.Parts.Release)} {
		if _, err := s.Plan(ctx, look.Host); err != nil {
			return err
		}
	}
	return nil
}
