package procedures

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/services/procedures/internal/catalogue"
)

// Agency is what this office must know of an agency.
type Agency = catalogue.Agency

// Agencies is what this office needs from the office of territory.
type Agencies interface {
	// All lists every agency; the one without a parent is the province's.
	All(ctx context.Context, tx pgx.Tx) ([]Agency, error)
}
