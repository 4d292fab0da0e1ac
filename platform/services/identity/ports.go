package identity

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Agencies is what this office needs to know of the office of territory. tx may be nil outside a transaction.
type Agencies interface {
	// Number gives the number of the agency that has identifier; fault.NotFound.
	Number(ctx context.Context, tx pgx.Tx, identifier string) (int32, error)
	// Label gives identifier and names of an agency; fault.NotFound.
	Label(ctx context.Context, tx pgx.Tx, id int32) (identifier, nameVI, nameEN string, err error)
	// Below lists an agency and everything under it; fault.NotFound. The slice is read only.
	Below(ctx context.Context, tx pgx.Tx, id int32) ([]int32, error)
	// Numbers lists all agencies in force, in the order in which the province shows them.
	Numbers(ctx context.Context, tx pgx.Tx) ([]int32, error)
}
