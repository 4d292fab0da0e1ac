// Package portal holds the words of the public portal: agencies as the public sees them, sites and their texts.
package portal

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/unit"
)

// Agencies is the port to the office of territory.
type Agencies interface {
	// All lists the agencies in force today, in the order in which the province shows them.
	All(ctx context.Context, tx pgx.Tx) ([]Agency, error)
	// Units lists the administrative units in force today.
	Units(ctx context.Context, tx pgx.Tx) ([]Unit, error)
}

// Procedures is the port to the catalogue.
type Procedures interface {
	// OfferedBy lists the published procedures that agency handles, by name.
	OfferedBy(ctx context.Context, tx pgx.Tx, agency int32) ([]Procedure, error)
	// Fields lists the fields that have published procedures, the fullest first.
	Fields(ctx context.Context, tx pgx.Tx) ([]Field, error)
	// Numbers counts what is published.
	Numbers(ctx context.Context, tx pgx.Tx) (Numbers, error)
}

// Agency is an organ of state.
type Agency struct {
	ID          int32
	Identifier  string // H17.08
	Slug        string
	NameVI      string
	NameEN      string
	Short       string
	Kind        string // people_committee, department, division, centre
	Level       unit.Level
	UnitKey     string
	ParentID    int32 // 0 at the top
	Provisional bool
	Site        bool
}

// Unit is an administrative unit in force.
type Unit struct {
	Key       string
	ParentKey string
	Level     unit.Level
	Code      string
	FullName  string // "Phường Hải Châu"
}

// Procedure is a line of the catalogue.
type Procedure struct {
	Code   string
	Name   string
	Field  string // its name
	Online bool   // filed online at this agency
}

// Field is a field of administration with the number of its published procedures.
type Field struct {
	Code  string
	Name  string
	Count int
}

// Numbers of the catalogue: published procedures, and those of them that are filed online.
type Numbers struct{ Procedures, Online int }
