package agencies

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Count tells how many units and agencies are in force today (of a reconstruction: on its own day).
func (s *Service) Count(ctx context.Context, tx pgx.Tx) (units, agencies int, err error) {
	inForce, err := s.Units(ctx, tx, time.Time{})
	if err != nil {
		return 0, 0, err
	}
	all, err := s.All(ctx, tx)
	return len(inForce), len(all), err
}
