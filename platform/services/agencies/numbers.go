package agencies

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// The three methods here speak in plain numbers and strings, so that another office can state them as its port without
// knowing this one's words.

// Number gives the number of the agency that has identifier, or an alias of it; fault.NotFound "agencies.unknown".
func (s *Service) Number(ctx context.Context, tx pgx.Tx, identifier string) (int32, error) {
	a, err := s.ByIdentifier(ctx, tx, identifier)
	return a.ID, err
}

// Label gives identifier and names of an agency; fault.NotFound "agencies.unknown".
func (s *Service) Label(ctx context.Context, tx pgx.Tx, id int32) (identifier, nameVI, nameEN string, err error) {
	a, err := s.ByID(ctx, tx, id)
	return a.Identifier, a.NameVI, a.NameEN, err
}

// Numbers lists the numbers of all agencies in force today, in the order in which the province shows them.
func (s *Service) Numbers(ctx context.Context, tx pgx.Tx) ([]int32, error) {
	all, err := s.All(ctx, tx)
	ids := make([]int32, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	return ids, err
}
