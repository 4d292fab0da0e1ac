package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures/internal/catalogue"
)

func writeCSV(w io.Writer, ps []catalogue.Procedure) error {
	out := csv.NewWriter(w)
	cols := columns()
	row := make([]string, len(cols))
	for i, c := range cols {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return fmt.Errorf("write sheet: %w", err)
	}
	for _, p := range ps {
		for i, c := range cols {
			row[i] = c.write(p.Procedure)
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write sheet: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

// sheet is a CSV file being read.
type sheet struct {
	in       *csv.Reader
	at       map[string]int // column name to its place in the file
	cols     []column
	current  Lookup
	once     once
	rows     []Row
	problems []Problem
}

func readCSV(raw []byte, current Lookup) ([]Row, []Problem) {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	s := &sheet{in: csv.NewReader(bytes.NewReader(raw)), cols: columns(), current: current, once: once{}}
	s.in.FieldsPerRecord = -1
	if semicolons(raw) {
		s.in.Comma = ';' // as spreadsheets set to Vietnamese write it
	}
	header, err := s.in.Read()
	if err != nil {
		return nil, []Problem{broken(err)}
	}
	if s.header(header); len(s.problems) > 0 {
		return nil, s.problems
	}
	for {
		cells, err := s.in.Read()
		if err == io.EOF {
			return s.rows, s.problems
		}
		if err != nil {
			return nil, append(s.problems, broken(err))
		}
		s.row(cells, len(header))
	}
}

func semicolons(raw []byte) bool {
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	return bytes.IndexByte(line, ',') < 0 && bytes.IndexByte(line, ';') > 0
}

func broken(err error) Problem {
	p := Problem{Line: 1, Err: fault.Wrap(err, fault.Invalid, "procedures.import.csv")}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		p.Line = parse.Line
	}
	return p
}

func (s *sheet) header(header []string) {
	s.at = map[string]int{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		known := slices.ContainsFunc(s.cols, func(c column) bool { return c.name == name })
		if _, twice := s.at[name]; !known || twice {
			s.problems = append(s.problems, Problem{Line: 1, Field: name, Err: badHeader(name).At(name)})
		}
		s.at[name] = i
	}
	if _, ok := s.at["code"]; !ok {
		s.problems = append(s.problems, Problem{Line: 1, Field: "code", Err: fault.New(fault.Invalid, "procedures.import.no_code").At("code")})
	}
}

func (s *sheet) row(cells []string, width int) {
	line, _ := s.in.FieldPos(0)
	if len(cells) != width {
		err := fault.New(fault.Invalid, "procedures.import.width", "cells", len(cells), "columns", width)
		s.problems = append(s.problems, Problem{Line: line, Err: err})
		return
	}
	code := strings.TrimSpace(cells[s.at["code"]])
	if !unit.ValidProcedureCode(code) {
		err := fault.New(fault.Invalid, "procedures.code.malformed", "code", code)
		s.problems = append(s.problems, refusal(line, code, "code", err))
		return
	}
	if err := s.once.seen(code, line); err != nil {
		s.problems = append(s.problems, refusal(line, code, "code", err))
		return
	}
	row := Row{Line: line, Code: code}
	now, exists := s.current(code)
	for _, c := range s.cols {
		cell, given := s.cell(cells, c.name)
		if !given || c.read == nil || exists && cell == c.write(now) {
			continue
		}
		if err := c.read(strings.TrimSpace(cell), &row.Patch); err != nil {
			s.problems = append(s.problems, refusal(line, code, c.name, err))
		}
	}
	ms, field, err := methods(now, func(column string) (string, bool) { return s.cell(cells, column) })
	if err != nil {
		s.problems = append(s.problems, refusal(line, code, field, err))
	}
	row.Patch.Methods = ms
	s.rows = append(s.rows, row)
}

func (s *sheet) cell(cells []string, name string) (string, bool) {
	i, ok := s.at[name]
	if !ok {
		return "", false
	}
	return cells[i], true
}
