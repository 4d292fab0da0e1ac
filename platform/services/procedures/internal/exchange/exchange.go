// Package exchange is the catalogue as sheets that a person can work on and bring back: CSV with one line a procedure for
// the flat facts (spreadsheets), YAML for whole records. What goes out and comes back untouched changes nothing: a cell
// is only read when it differs from what would be written for the record as it stands. Pure: no SQL.
package exchange

import (
	"fmt"
	"io"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// The formats.
const (
	CSV  = "csv"
	YAML = "yaml"
)

// Row is one procedure of a sheet. Line is where it stands in the file, from 1.
type Row struct {
	Line  int
	Code  string
	Patch catalogue.Patch
}

// Problem is one thing that is wrong with a sheet. Line is 0 when it is about the whole file, Field the column or member.
type Problem struct {
	Line  int          `json:"line"`
	Code  string       `json:"code,omitempty"` // of the procedure, "" when it cannot be told
	Field string       `json:"field,omitempty"`
	Err   *fault.Error `json:"-"`
}

// Report is what an import did, or would do.
type Report struct {
	Added     int       `json:"added"`
	Changed   int       `json:"changed"`
	Unchanged int       `json:"unchanged"`
	Problems  []Problem `json:"problems,omitempty"`
}

// Lookup gives a procedure as it stands, false for one that does not exist.
type Lookup func(code string) (packaged.Procedure, bool)

// Read reads a sheet. Every problem found is listed; a file with problems is not to be used. The error is for a format
// that does not exist.
func Read(format string, raw []byte, current Lookup) ([]Row, []Problem, error) {
	var rows []Row
	var problems []Problem
	switch format {
	case CSV:
		rows, problems = readCSV(raw, current)
	case YAML:
		rows, problems = readYAML(raw, current)
	default:
		return nil, nil, unknownFormat(format)
	}
	return rows, problems, nil
}

// Write writes a sheet.
func Write(format string, w io.Writer, ps []catalogue.Procedure) error {
	switch format {
	case CSV:
		return writeCSV(w, ps)
	case YAML:
		return writeYAML(w, ps)
	}
	return unknownFormat(format)
}

func unknownFormat(format string) error {
	return fault.New(fault.Invalid, "procedures.format.unknown", "format", format)
}

// once refuses a code that stood on an earlier line.
type once map[string]int

func (o once) seen(code string, line int) *fault.Error {
	if first, twice := o[code]; twice {
		return fault.New(fault.Invalid, "procedures.import.duplicate", "code", code, "line", first)
	}
	o[code] = line
	return nil
}

// refusal makes a problem of an error that a reader of one cell returned.
func refusal(line int, code, field string, err error) Problem {
	return Problem{Line: line, Code: code, Field: field, Err: fault.From(err).At(field)}
}

func boolean(s string) (bool, error) {
	switch s {
	case "true", "1", "yes", "có":
		return true, nil
	case "false", "0", "no", "không", "":
		return false, nil
	}
	return false, fault.New(fault.Invalid, "procedures.boolean", "value", s)
}

func textOf(b bool) string { return fmt.Sprintf("%t", b) }
