package merge

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Table is a table with the columns base, base_hash and edit, and how its rows are found by their key.
type Table struct {
	Name  string
	Key   string // the key of a row, as text: "date::text"
	Where string // finds the row of key c.k: "date = c.k::date"
	// Columns that follow from the record in force, r: {"topic", "r ->> 'topic'"}.
	Columns []Column
	First   []Column // columns that only a new row is given, of its key c.k
	Gone    string   // what withdraws the rows of keys c.k that the province has not touched
}

// Column is one with the SQL of its value.
type Column struct{ Name, Value string }

// Read is the Read of a kind over this table.
func (t Table) Read() string {
	return fmt.Sprintf(`select %s, base_hash, base, edit, coalesce(base -> 'withdrawn' = 'true', false) from %s`, t.Key, t.Name)
}

// Marked withdraws rows by a mark in their record; more is set besides: "valid_to = current_date".
func (t Table) Marked(mark string, more ...string) string {
	sets := append([]string{"base = t.base || " + mark, "base_hash = sha256('')"}, more...)
	return fmt.Sprintf("update %s t set %s from %s where %s", t.Name, strings.Join(sets, ", "), From, t.Where)
}

// Deleted withdraws rows by taking them away: nothing points at them.
func (t Table) Deleted() string {
	return fmt.Sprintf("delete from %s t using %s where %s", t.Name, From, t.Where)
}

// Write is the Write of a kind over this table.
func (t Table) Write(ctx context.Context, tx pgx.Tx, changes Changes) error {
	names, values, derived := []string{"base", "base_hash", "edit"}, []string{"c.base", "c.print", "c.edit"}, ""
	for _, x := range append(slices.Clone(t.First), t.Columns...) {
		names, values = append(names, x.Name), append(values, x.Value)
	}
	for _, x := range t.Columns {
		derived += ", " + x.Name + " = " + x.Value
	}
	for _, part := range []struct {
		meant func(Change) bool
		sql   string
	}{
		{Gone, t.Gone},
		{New, fmt.Sprintf("insert into %s (%s) select %s from %s", t.Name, strings.Join(names, ", "), strings.Join(values, ", "), From)},
		{Moved, fmt.Sprintf("update %s t set base = c.base, base_hash = c.print, edit = c.edit%s from %s where %s", t.Name, derived, From, t.Where)},
		{Edited, fmt.Sprintf("update %s t set edit = c.edit%s from %s where %s", t.Name, derived, From, t.Where)},
	} {
		if err := changes.Exec(ctx, tx, part.sql, part.meant); err != nil {
			return err
		}
	}
	return nil
}

// Canonical is a packaged record: the JSON of a struct, whose fields are in a fixed order, and its SHA-256.
func Canonical(key string, v any) (Record, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return Record{}, fmt.Errorf("encode %s: %w", key, err)
	}
	sum := sha256.Sum256(raw)
	return Record{Key: key, Print: sum[:], JSON: raw}, nil
}
