package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/services/onestop/internal/dossier"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// probePath is the way of the synthetic dossier: the whole main path.
var probePath = []workflow.Action{workflow.Receive, workflow.Assign, workflow.Appraise, workflow.Submit, workflow.Sign,
	workflow.Issue, workflow.Return}

// Probe files, routes, returns and erases a synthetic dossier in the reserved agency and code series, in one
// transaction. What stays is one audit line: no statistic, no event, no notice meets it. Fault: Unavailable
// "onestop.probe", with the act that failed in the cause.
func (s *Desk) Probe(ctx context.Context) error {
	by := who.Program("probe")
	err := s.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		full, err := s.probeFile(ctx, tx, by)
		if err != nil {
			return fmt.Errorf("file: %w", err)
		}
		for _, a := range probePath {
			if _, err := s.act(ctx, tx, by, full.Reference, Act{Action: string(a)}); err != nil {
				return fmt.Errorf("%s: %w", a, err)
			}
		}
		if err := s.probeRead(ctx, tx, full); err != nil {
			return fmt.Errorf("read back: %w", err)
		}
		if err := s.Store.EraseProbe(ctx, tx, full.ID); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: "onestop", Action: "probe", Object: full.ID})
	})
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "onestop.probe")
	}
	return nil
}

// probeFile files it like any other, but needs no entry of the catalogue.
func (s *Desk) probeFile(ctx context.Context, tx pgx.Tx, by who.Principal) (dossier.Full, error) {
	p := Procedure{Procedure: packaged.Procedure{Code: "PROBE", Name: "PROBE",
		Methods: []packaged.Method{{Channel: packaged.Direct, Term: workcal.Term{Kind: workcal.WorkingDays, Thousands: 1000}}}}}
	d, err := s.fresh(ctx, tx, by, place{procedure: p}, Filing{Channel: packaged.Direct})
	if err != nil {
		return dossier.Full{}, err
	}
	full := dossier.Full{Dossier: d, Persons: []dossier.Person{{Kind: dossier.Applicant, Name: "PROBE"}},
		Components: []dossier.Component{{Name: "PROBE", Originals: 1}}}
	if full.Secret, err = dossier.NewSecret(nil); err != nil {
		return full, err
	}
	full.ContentHash = contentHash(full, "PROBE")
	st := dossier.Step{Seq: 1, Action: dossier.File, To: full.State, At: full.SubmittedAt, ByRole: who.Clerk}
	full.Steps = []dossier.Step{st}
	return full, s.Store.Insert(ctx, tx, full, announce(by, d, st))
}

// probeRead looks whether what came back is what was filed, returned and in time.
func (s *Desk) probeRead(ctx context.Context, tx pgx.Tx, filed dossier.Full) error {
	d, err := s.Store.Find(ctx, tx, filed.Reference)
	if err != nil {
		return err
	}
	got, err := s.Store.Rest(ctx, tx, d)
	switch {
	case err != nil:
		return err
	case !bytes.Equal(contentHash(got, "PROBE"), filed.ContentHash):
		return errors.New("the content is not what was filed")
	case got.State != workflow.Returned || got.Code == "" || got.DueAt.IsZero() || got.Timeliness == "":
		return fmt.Errorf("it stands at %q with code %q", got.State, got.Code)
	case len(got.Steps) != len(probePath)+1:
		return fmt.Errorf("its history has %d lines", len(got.Steps))
	}
	return nil
}
