package wire

import (
	"context"

	"egovctl/platform/audit"
	"egovctl/platform/db"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// Trail is the audit log of an installed instance, with what proves it.
type Trail struct {
	Key    string       // file of the public key that the heads are signed for
	Copies []audit.Head // newest heads that are kept outside the database
	site   instance.Site
}

// Trail finds the audit log, the instance's own key and the copy of the newest head beside it, when a seal was made already.
func (e *Env) Trail() (Trail, error) {
	site, err := e.Site()
	if err != nil {
		return Trail{}, err
	}
	t := Trail{Key: site.Root.Secret(instance.AuditKey) + ".pub", site: site}
	h, err := audit.ReadHead(site.Root.AuditHead())
	switch {
	case err == nil:
		t.Copies = append(t.Copies, h)
	case !fault.Is(err, fault.NotFound):
		return Trail{}, err
	}
	return t, nil
}

// Verify looks as the owner of the tables, whom no row-level security keeps from a row. Faults: those of audit.Verify.
func (t Trail) Verify(ctx context.Context) (audit.Report, error) {
	dsn, err := t.site.DSN(db.OwnerRole, instance.OwnerPassword, instance.Database)
	if err != nil {
		return audit.Report{}, err
	}
	pool, err := db.Open(ctx, dsn.Reveal(), 1)
	if err != nil {
		return audit.Report{}, err
	}
	defer pool.Close()
	return audit.Verify(ctx, pool, t.Key, t.Copies...)
}
