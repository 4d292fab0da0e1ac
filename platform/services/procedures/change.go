package procedures

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/procedures/internal/catalogue"
	"egovctl/platform/services/procedures/internal/store"
)

// administers reports whether by may change the catalogue: the program itself, the provincial administrator, and the
// administrator of the province's first agency.
func (f facts) administers(by who.Principal) bool {
	return by.Kind == who.System || by.Holds(who.Admin) || by.HoldsAt(who.AgencyAdmin, f.top)
}

// Administers reports whether by may change the catalogue.
func (s *Service) Administers(ctx context.Context, by who.Principal) (bool, error) {
	h, err := s.ready(ctx)
	return err == nil && h.administers(by), err
}

func unknown(code string) error {
	return fault.New(fault.NotFound, "procedure.unknown", "code", code)
}

// Change applies patch to a procedure. version is the one that by has seen, 0 when it does not matter. Faults:
// Forbidden; NotFound "procedure.unknown"; Conflict "procedures.version.stale"; Faults (Invalid) for what is wrong with
// the record. A patch that changes nothing writes nothing.
func (s *Service) Change(ctx context.Context, by who.Principal, code string, patch Patch, version int) (Procedure, error) {
	var after Procedure
	err := s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		var err error
		after, err = s.ChangeIn(ctx, tx, by, code, patch, version)
		return err
	})
	s.look(err)
	return after, err
}

// ChangeIn is Change inside the caller's transaction.
func (s *Service) ChangeIn(ctx context.Context, tx pgx.Tx, by who.Principal, code string, patch Patch, version int) (Procedure, error) {
	known, err := s.factsIn(ctx, tx)
	if err != nil {
		return Procedure{}, err
	}
	if !known.administers(by) {
		return Procedure{}, fault.New(fault.Forbidden, "forbidden")
	}
	before, err := store.Lock(ctx, tx, code)
	if err != nil {
		return before, err
	}
	if version != 0 && version != before.Version {
		return before, fault.New(fault.Conflict, "procedures.version.stale", "code", code, "version", before.Version)
	}
	record, changed := patch.Apply(before.Procedure)
	if err := catalogue.Check(record, known.knowsField); err != nil {
		return before, err
	}
	if len(changed) == 0 {
		return before, nil
	}
	var b pgx.Batch
	if err := store.Change(&b, by, before, record); err != nil {
		return before, err
	}
	act := audit.Act{Service: "procedures", Action: "procedure.change", Object: code,
		Detail: map[string]any{"version": before.Version + 1, "changed": changed}}
	if err := audit.Queue(&b, by, act); err != nil {
		return before, err
	}
	if err := store.Send(ctx, tx, &b); err != nil {
		return before, err
	}
	return store.Procedure(ctx, tx, code)
}
