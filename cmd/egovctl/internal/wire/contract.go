package wire

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/notice"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/kit"
	"egovctl/provisioning/steps/staged"
)

// The named risks of an upgrade that contracts.
const (
	RiskUnannounced = "upgrade.unannounced" // people were not told beforehand, or it is not yet the moment that they were told
	RiskUnproven    = "upgrade.unproven"    // no backup of the last day was proven by a restore
)

// KnownRisks makes sure that each accepted risk is one of those. Fault: invalid "upgrade.risk".
func KnownRisks(accepted []string, known ...string) error {
	for _, r := range accepted {
		if !slices.Contains(known, r) {
			return fault.New(fault.Invalid, "upgrade.risk", "risk", r, "known", strings.Join(known, ", ")).At("accept-risk")
		}
	}
	return nil
}

// announceAhead is how long before its moment an upgrade must be announced.
const announceAhead = 3 * 24 * time.Hour

// Contraction makes sure that an upgrade which removes something for good was announced, that its moment has come, and that a
// backup of the last day was proven by a restore. Anything else passes. Faults, both findings unless the risk of that name is
// accepted: "upgrade.unannounced", "upgrade.unproven".
func (e *Env) Contraction(ctx context.Context, site instance.Site, to kit.Manifest, accepted []string) error {
	have, err := e.manifest(site.Root.Current())
	if err != nil {
		return err
	}
	parts := to.Compatibility.Contracting(have.Compatibility.Schemas)
	if len(parts) == 0 {
		return nil
	}
	for _, p := range parts {
		fmt.Fprintln(e.Err, e.T("upgrade.contracts", "schema", p.Schema, "reason", p.Reason))
	}
	if !slices.Contains(accepted, RiskUnannounced) {
		if err := e.announced(ctx, site, to.Version); err != nil {
			return err
		}
	}
	if slices.Contains(accepted, RiskUnproven) {
		return nil
	}
	proof, ok, err := backup.Proven(ctx, site, e.Host(), true)
	if err != nil {
		return err
	}
	if !ok || (clock.System{}).Now().Sub(proof.MadeAt) > provenFor {
		return fault.New(fault.Finding, RiskUnproven)
	}
	return nil
}

func (e *Env) announced(ctx context.Context, site instance.Site, version string) error {
	n, err := e.noticed(ctx, site)
	switch {
	case err != nil:
		return err
	case n.Version != version:
		return fault.New(fault.Finding, RiskUnannounced, "version", version, "days", int(announceAhead.Hours()/24))
	case (clock.System{}).Now().Before(n.At):
		return fault.New(fault.Finding, "upgrade.early", "version", version, "at", locale.DateTime(n.At))
	}
	return nil
}

// noticed is the notice that stands in the database; the zero one while PostgreSQL is stopped.
func (e *Env) noticed(ctx context.Context, site instance.Site) (n notice.Notice, err error) {
	d := e.data(site)
	defer d.Close()
	if up, err := d.Running(); err != nil || !up {
		return n, err
	}
	return n, d.Read(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) (err error) {
		n, err = notice.Read(ctx, tx)
		return err
	})
}

// Coming are the releases that wait: the one that was laid down for an upgrade ("" for none), and the one that people were told of, nil
// for none. A notice that cannot be read is left out: health tells why.
func (e *Env) Coming(ctx context.Context, site instance.Site) (waits string, told *notice.Notice, err error) {
	if waits, err = staged.Of(e.Host(), site.Root); err != nil {
		return "", nil, err
	}
	n, err := e.noticed(ctx, site)
	if err != nil || !n.Stands(site.Version, (clock.System{}).Now()) {
		return waits, nil, nil //nolint:nilerr // see above
	}
	return waits, &n, nil
}

// Announced is the last line of an announcement.
type Announced struct {
	Event  string     `json:"event"`
	Status string     `json:"status"` // announced, withdrawn
	To     string     `json:"to"`
	At     *time.Time `json:"at"`
}

// Withdraw is what is given in place of a moment to take an announcement back.
const Withdraw = "none"

// Announce puts the moment of the upgrade to version on every page, or takes it away. Faults: invalid "upgrade.announce.time" for
// what is no moment, "upgrade.announce.soon" for one that comes too soon.
func (e *Env) Announce(ctx context.Context, version, moment string) (Announced, error) {
	r := Announced{Event: "result", Status: "withdrawn", To: version}
	var at time.Time
	if moment != Withdraw {
		var err error
		if at, err = time.Parse(time.RFC3339, moment); err != nil {
			return r, fault.Wrap(err, fault.Invalid, "upgrade.announce.time", "value", moment).At("announce")
		}
		if at.Sub((clock.System{}).Now()) < announceAhead {
			return r, fault.New(fault.Invalid, "upgrade.announce.soon", "at", locale.DateTime(at), "days", int(announceAhead.Hours()/24)).At("announce")
		}
		r.Status, r.At = "announced", &at
	}
	if e.Flags.DryRun {
		return r, nil
	}
	d, err := e.Data()
	if err != nil {
		return r, err
	}
	defer d.Close()
	return r, d.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		put := func() error { return notice.Write(ctx, tx, notice.Notice{Version: version, At: at}) }
		if r.At == nil {
			put = func() error { return notice.Withdraw(ctx, tx) }
		}
		if err := put(); err != nil {
			return err
		}
		return audit.Write(ctx, tx, Operator(), audit.Act{Service: "platform", Action: "upgrade." + r.Status, Object: version,
			Detail: map[string]any{"at": r.At}})
	})
}

// manifest of a release that was laid down.
func (e *Env) manifest(folder string) (kit.Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(folder, kit.ManifestFile))
	if err != nil {
		return kit.Manifest{}, fault.Wrap(err, fault.Finding, "release.damaged", "path", folder)
	}
	return kit.Parse(raw, folder)
}
