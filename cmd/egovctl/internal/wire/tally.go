package wire

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform"
	"egovctl/platform/audit"
	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/ledger"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// tally takes the totals of what people entered before a move, once in each run.
type tally struct {
	in     *Installation
	taken  bool
	before ledger.Totals
}

func (t *tally) Done(context.Context) (bool, bool, error) { return t.taken, true, nil }

func (t *tally) Do(ctx context.Context, _ engine.Host, _ engine.Progress) error {
	return t.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		var err error
		t.before, err = ledger.Take(ctx, tx)
		t.taken = err == nil
		return err
	})
}

// withdrawReports removes what a cut has left of a report that was being written: each has a name of its own, so nothing else
// would. While another operation runs there may be one that is being written: then it is left to the next.
func withdrawReports(on engine.Host, root instance.Root) error {
	lock, err := engine.Acquire(string(root), "report", clock.System{})
	if fault.Is(err, fault.Busy) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // the kernel does it at the latest when the process ends
	left, err := filepath.Glob(filepath.Join(root.Journal(), ".report-*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := on.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// report compares what is there now with what was there before, and keeps it, signed, beside the journal.
func (m *Move) report(ctx context.Context) (path string, r ledger.Report, err error) {
	site := m.in.Parts.Site
	r = ledger.Report{Operation: m.Operation, Instance: site.Answers.Instance, From: m.From, To: m.To,
		At: clock.System{}.Now().UTC().Truncate(time.Second), Recounted: m.Full}
	err = m.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error {
		var all map[string]ledger.Total
		if m.Full {
			var err error
			if all, err = ledger.Recount(ctx, tx, nil); err != nil {
				return err
			}
		}
		var err error
		r.Tables, err = ledger.Compare(ctx, tx, m.tally.before, all)
		return err
	})
	if err != nil {
		return "", r, err
	}
	key, err := audit.ReadKey(site.Root.Secret(instance.AuditKey))
	if err != nil {
		return "", r, err
	}
	raw, err := r.Signed(key)
	if err != nil {
		return "", r, err
	}
	path = filepath.Join(site.Root.Journal(), fmt.Sprintf("report-%s-%s.json", r.At.Format("20060102T150405Z"), m.Operation))
	on := m.env.Host()
	if err := withdrawReports(on, site.Root); err != nil {
		return "", r, err
	}
	if err := on.WriteFile(path, raw, 0o640); err != nil {
		return "", r, err
	}
	if err := site.Own(on, path); err != nil {
		return "", r, err
	}
	return path, r, m.in.data.Tx(ctx, func(ctx context.Context, tx pgx.Tx, _ *platform.Offices) error { return ledger.Told(ctx, tx) })
}
