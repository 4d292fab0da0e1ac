// Package desk is the work of the one-stop service: filing, receiving, acting, looking up. It knows neither HTTP nor SQL.
package desk

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/who"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
	"egovctl/platform/workflow"
)

// Agency is what this service knows of an agency.
type Agency struct {
	ID         int32
	Identifier string
	NameVI     string
	NameEN     string
	ParentID   int32
}

// Name is the agency's name, the English one for English readers where there is one.
func (a Agency) Name(english bool) string {
	if english && a.NameEN != "" {
		return a.NameEN
	}
	return a.NameVI
}

// Agencies tells who is who. A missing one is fault.NotFound.
type Agencies interface {
	ByIdentifier(ctx context.Context, tx pgx.Tx, identifier string) (Agency, error)
	ByID(ctx context.Context, tx pgx.Tx, id int32) (Agency, error)
	All(ctx context.Context, tx pgx.Tx) ([]Agency, error)
}

// Procedure is a record of the catalogue and whether this province announces it.
type Procedure struct {
	packaged.Procedure
	Published bool
}

// Summary names a procedure in a list.
type Summary struct{ Code, Name string }

// Offering is an agency that takes a procedure.
type Offering struct {
	AgencyID int32
	Online   bool
}

// Procedures tells what is done where. A missing procedure or offering is fault.NotFound.
type Procedures interface {
	Get(ctx context.Context, tx pgx.Tx, code string) (Procedure, error)
	// Offering tells whether the agency takes the procedure, and whether online.
	Offering(ctx context.Context, tx pgx.Tx, code string, agency int32) (online bool, err error)
	// OfferedBy lists the published procedures of an agency.
	OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]Summary, error)
	// Offerings lists the agencies that take a procedure.
	Offerings(ctx context.Context, tx pgx.Tx, code string) ([]Offering, error)
}

// Deadlines counts working time by the calendar and the regime in force.
type Deadlines interface {
	Promise(ctx context.Context, tx pgx.Tx, received time.Time, term workcal.Term) (workcal.Promise, error)
	// Resume moves a promise over a pause, by the regime's rule: what was left goes on, or the term starts anew.
	Resume(ctx context.Context, tx pgx.Tx, p workcal.Promise, pause workcal.Pause) (workcal.Promise, error)
	// Calendar is the working-day calendar in force.
	Calendar(ctx context.Context, tx pgx.Tx) (*workcal.Calendar, error)
	// Limits are the bounds that the one-stop regime in force on a day sets to a workflow.
	Limits(ctx context.Context, tx pgx.Tx, on time.Time) (workflow.Limits, error)
}

// Official is a colleague who can be given work.
type Official struct {
	Account string
	Login   string
	Name    string
	Role    who.Role
}

// Staff tells who works where.
type Staff interface {
	// At lists the officials who hold role at the agency itself.
	At(ctx context.Context, tx pgx.Tx, agency int32, role who.Role) ([]Official, error)
}
