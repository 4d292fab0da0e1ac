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

// Offer lets an agency (by identifier) offer a procedure, or changes whether it takes it online. by administers the
// catalogue, or that agency. Faults: Forbidden; NotFound "procedure.unknown", "procedure.agency".
func (s *Service) Offer(ctx context.Context, by who.Principal, code, agency string, online bool) error {
	return s.offering(ctx, by, code, agency, func(ctx context.Context, tx pgx.Tx, id int32) (string, error) {
		changed, err := store.Offer(ctx, tx, catalogue.Offering{Procedure: code, AgencyID: id, Online: online})
		if err != nil || !changed {
			return "", err
		}
		return "offering.put", nil
	})
}

// Withdraw ends what Offer began. Faults: as Offer, and NotFound "procedure.not_offered".
func (s *Service) Withdraw(ctx context.Context, by who.Principal, code, agency string) error {
	return s.offering(ctx, by, code, agency, func(ctx context.Context, tx pgx.Tx, id int32) (string, error) {
		return "offering.withdraw", store.Withdraw(ctx, tx, code, id)
	})
}

// offering does an act on one agency's offering and writes its audit row; an act that returns no name changed nothing.
func (s *Service) offering(ctx context.Context, by who.Principal, code, agency string,
	act func(context.Context, pgx.Tx, int32) (string, error)) error {
	h, err := s.ready(ctx)
	if err != nil {
		return err
	}
	id, known := h.number[agency]
	switch {
	case !known:
		return fault.New(fault.NotFound, "procedure.agency", "agency", agency)
	case !h.administers(by) && !by.HoldsAt(who.AgencyAdmin, id):
		return fault.New(fault.Forbidden, "forbidden")
	}
	err = s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := store.Procedure(ctx, tx, code); err != nil {
			return err
		}
		name, err := act(ctx, tx, id)
		if err != nil || name == "" {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: "procedures", Action: name, Object: code, AgencyID: id,
			Detail: map[string]any{"agency": agency}})
	})
	s.look(err)
	return err
}
