package deadlines

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/who"
	"egovctl/platform/services/deadlines/internal/store"
)

// ConfirmRegime notes that an official of the province has found a regime right. It is for the provincial administrator,
// and recorded with the version of the calendar. Faults: Forbidden "forbidden", NotFound "deadlines.regime.unknown".
func (s *Service) ConfirmRegime(ctx context.Context, by who.Principal, id string) error {
	if !by.All || (by.Kind != who.System && !by.Holds(who.Admin)) {
		return fault.New(fault.Forbidden, "forbidden")
	}
	name := by.Account
	if name == "" {
		name = by.Login
	}
	return s.deps.DB.Tx(ctx, by, func(ctx context.Context, tx pgx.Tx) error {
		a, err := s.Almanac(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := a.Regime(id); err != nil {
			return err
		}
		if err := store.ConfirmRegime(ctx, tx, id, name); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, audit.Act{Service: "deadlines", Action: "regime.confirm", Object: id,
			Detail: map[string]any{"calendar": a.Calendar.Version()}})
	})
}
