package procedures

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/procedures/internal/store"
)

// Offerings lists who offers a procedure, and whether online.
func (s *Service) Offerings(ctx context.Context, tx pgx.Tx, code string) ([]Offering, error) {
	return store.Offerings(ctx, tx, code)
}

// Count tells how many procedures are announced, and how many of them are filed online.
func (s *Service) Count(ctx context.Context, tx pgx.Tx) (published, online int, err error) {
	return store.Count(ctx, tx)
}
