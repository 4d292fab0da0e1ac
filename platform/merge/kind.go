// Package merge keeps what a province made of the packaged records when a release brings others: it merges the rows of
// all offices in one transaction, notes what both sides changed, carries out what people decide about that, and tells
// how a province differs from what is packaged. An office describes its rows as kinds; how two records become one is
// package threeway's.
package merge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"egovctl/platform/kernel/threeway"
	"egovctl/platform/packaged"
)

// Office is what one service merges, its kinds in the order in which they depend on each other.
type Office struct {
	Service string
	Kinds   []Kind
	After   func(ctx context.Context, tx pgx.Tx, set *packaged.Set) error // what follows from the records; nil for nothing
	Beside  *Beside                                                       // what it keeps elsewhere than in such rows; nil for nothing
}

// Kind is one kind of record that a province may edit.
type Kind struct {
	Name  string
	Shape threeway.Shape
	// Read selects every row: key text, print bytea (of base, null when it is not packaged), base jsonb, edit jsonb (the
	// province's whole record, null while it is untouched), withdrawn boolean (of base).
	Read string
	// Edited selects who edited rows last, for the keys in $1: key, login, at. Called before anything is written.
	Edited string
	// Packaged is what a release brings, each record with its print as Read gives it.
	Packaged func(set *packaged.Set) ([]Record, error)
	// Check refuses a merged record that cannot be right; nil for none.
	Check func(record []byte) error
	Sole  *Sole // a member that is one record's alone; nil for none
	// Withdrawn is the province's record by which people no longer see a record of its own; nil when there is no such thing.
	Withdrawn func(record map[string]any) map[string]any
	// Write stores changes, many at once: offices count their statements, not their rows.
	Write func(ctx context.Context, tx pgx.Tx, changes Changes) error
}

// Record is a packaged record.
type Record struct {
	Key   string
	Print []byte
	JSON  []byte // whole record
}

// Change is what is to become of a row. JSON values; nil bytes are SQL's null.
type Change struct {
	Key     string
	New     bool // there is no row yet
	Gone    bool // no longer packaged, and untouched by the province: it is withdrawn
	Moved   bool // the packaged record becomes Base, with Print; else base stays as it is
	Base    []byte
	Print   []byte
	Edit    []byte
	Visible bool // what people see becomes another
}

// row is a row as it was read.
type row struct {
	key              string
	print            []byte
	base, edit       []byte
	withdrawn, there bool
}
