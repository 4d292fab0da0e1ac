package procedures

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/exchange"
	"egovctl/platform/services/procedures/internal/store"
)

// Problem is one thing that is wrong with a sheet, with its line.
type Problem = exchange.Problem

// Report is what an import did, or would do.
type Report = exchange.Report

// Export writes the whole catalogue as format "csv" (the flat facts, one line a procedure) or "yaml" (whole records). Fault:
// Invalid "procedures.format.unknown".
func (s *Service) Export(ctx context.Context, by who.Principal, w io.Writer, format string) error {
	return s.deps.DB.Read(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		all, err := store.All(ctx, tx, false)
		if err != nil {
			return err
		}
		return exchange.Write(format, w, all)
	})
}

// Import reads a sheet and stores what differs, all of it or nothing; a dry run does the same and then takes it back, so
// that it refuses whatever the database would. Procedures that the sheet does not name stay as they are, and so do columns or members that it does not have. Faults: Forbidden; Invalid
// "procedures.import.refused" when the report has problems, "procedures.format.unknown", "procedures.import.large".
func (s *Service) Import(ctx context.Context, by who.Principal, r io.Reader, format string, dryRun bool) (Report, error) {
	h, err := s.ready(ctx)
	if err != nil {
		return Report{}, err
	}
	if !h.administers(by) {
		return Report{}, fault.New(fault.Forbidden, "forbidden")
	}
	sheet, err := whole(r)
	if err != nil {
		return Report{}, err
	}
	var report Report
	err = s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var b pgx.Batch
		if report, err = s.compare(ctx, tx, by, &b, sheet, format); err != nil || b.Len() == 0 {
			return err
		}
		act := audit.Act{Service: "procedures", Action: "catalogue.import",
			Detail: map[string]any{"format": format, "added": report.Added, "changed": report.Changed}}
		if err := audit.Queue(&b, by, act); err != nil {
			return err
		}
		if err := store.Send(ctx, tx, &b); err != nil || !dryRun {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return report, nil
	}
	s.look(err)
	return report, err
}

// errRehearsed ends the transaction of a dry run that found nothing wrong.
var errRehearsed = errors.New("the import was a dry run")

// maxSheet bounds a sheet, in bytes: many times the whole catalogue of the country.
const maxSheet = 64 << 20

// whole reads all of a sheet before anything is locked: whoever sends it may be slow.
func whole(r io.Reader) ([]byte, error) {
	sheet, err := io.ReadAll(io.LimitReader(r, maxSheet+1))
	if err != nil {
		return nil, fmt.Errorf("read sheet: %w", err)
	}
	if len(sheet) > maxSheet {
		return nil, fault.New(fault.Invalid, "procedures.import.large", "limit", maxSheet>>20)
	}
	return sheet, nil
}

// compare holds the sheet against the catalogue and queues the writes.
func (s *Service) compare(ctx context.Context, tx pgx.Tx, by who.Principal, b *pgx.Batch, sheet []byte, format string) (Report, error) {
	var report Report
	all, err := store.All(ctx, tx, true)
	if err != nil {
		return report, err
	}
	current := make(map[string]*Procedure, len(all))
	for i := range all {
		current[all[i].Code] = &all[i]
	}
	fields, err := store.Fields(ctx, tx)
	if err != nil {
		return report, err
	}
	known := facts{fields: fields}.knowsField
	rows, problems, err := exchange.Read(format, sheet, func(code string) (packaged.Procedure, bool) {
		if p := current[code]; p != nil {
			return p.Procedure, true
		}
		return packaged.Procedure{}, false
	})
	if err != nil {
		return report, err
	}
	report.Problems = problems
	for _, row := range rows {
		if err := weigh(&report, b, by, row, current[row.Code], known); err != nil {
			return report, err
		}
	}
	if n := len(report.Problems); n > 0 {
		return report, fault.New(fault.Invalid, "procedures.import.refused", "count", n)
	}
	return report, nil
}

// weigh decides what one row means and queues it.
func weigh(r *Report, b *pgx.Batch, by who.Principal, row exchange.Row, before *Procedure, known func(string) bool) error {
	base := packaged.Procedure{Code: row.Code}
	if before != nil {
		base = before.Procedure
	}
	after, changed := row.Patch.Apply(base)
	if before != nil && len(changed) == 0 {
		r.Unchanged++
		return nil
	}
	var faults Faults
	if errors.As(catalogue.Check(after, known), &faults) {
		for _, f := range faults {
			r.Problems = append(r.Problems, Problem{Line: row.Line, Code: row.Code, Field: f.Field, Err: f})
		}
		return nil
	}
	if before == nil {
		r.Added++
		return store.Create(b, after)
	}
	r.Changed++
	return store.Change(b, by, *before, after)
}
