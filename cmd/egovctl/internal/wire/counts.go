package wire

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"egovctl/platform"
)

// Counts is what an instance holds, asked of its own data: units in force, agencies, procedures published, and those of
// them that are filed online.
type Counts struct {
	Units      int `json:"units"`
	Agencies   int `json:"agencies"`
	Procedures int `json:"procedures"`
	Online     int `json:"procedures_online"`
}

// Counts asks the services.
func (in *Installation) Counts(ctx context.Context) (Counts, error) {
	var c Counts
	err := in.data.Read(ctx, func(ctx context.Context, tx pgx.Tx, o *platform.Offices) error {
		var err error
		if c.Units, c.Agencies, err = o.Agencies.Count(ctx, tx); err != nil {
			return err
		}
		c.Procedures, c.Online, err = o.Procedures.Count(ctx, tx)
		return err
	})
	return c, err
}

// notThere reports that a table or schema does not exist yet, or that the role may not look yet.
func notThere(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case "42P01", "3F000", "42501", "28P01", "28000", "3D000":
		return true
	}
	return false
}
