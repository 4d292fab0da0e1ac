package deadlines

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/merge"
	"egovctl/platform/packaged"
	"egovctl/platform/services/deadlines/internal/almanac"
	"egovctl/platform/services/deadlines/internal/store"
)

// merging says how the days, lunar dates, regimes and office hours of a release and of the province become one. Records
// from which no calendar can be made are refused as a whole.
func (s *Service) merging() merge.Office {
	return merge.Office{Service: "deadlines", Kinds: store.Kinds(), After: func(ctx context.Context, tx pgx.Tx, _ *packaged.Set) error {
		facts, err := store.Load(ctx, tx)
		if err != nil {
			return err
		}
		_, err = almanac.New(facts)
		return err
	}}
}
