package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/services/identity/internal/store"
)

// Colleague is an official who holds a position: what another office needs to give work to a colleague.
type Colleague = store.Colleague

// Colleagues lists the officials who hold role at the agency itself today, in the order of Vietnamese lists, as far as the
// principal of tx may see them.
func (s *Service) Colleagues(ctx context.Context, tx pgx.Tx, agency int32, role who.Role) ([]Colleague, error) {
	return store.Colleagues(ctx, tx, agency, role, s.clock.Now())
}
