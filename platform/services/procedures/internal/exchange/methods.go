package exchange

import (
	"slices"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
	"egovctl/platform/services/procedures/internal/catalogue"
)

// The methods of one channel fill two cells: a line for each method, its time limit in the one and its fees, with bars
// between, in the same line of the other. Nearly every channel has a single method, so nearly every cell a single line.

func terms(p packaged.Procedure, ch packaged.Channel) string {
	var lines []string
	for _, m := range p.Methods {
		if m.Channel == ch {
			lines = append(lines, oneLine(catalogue.FormatTerm(m.Term)))
		}
	}
	return strings.Join(lines, "\n")
}

func fees(p packaged.Procedure, ch packaged.Channel) string {
	var lines []string
	for _, m := range p.Methods {
		if m.Channel != ch {
			continue
		}
		all := make([]string, len(m.Fees))
		for i, f := range m.Fees {
			all[i] = catalogue.FormatFee(f)
		}
		lines = append(lines, join(all))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// readMethods makes the methods of one channel out of its two cells. field names the cell that a fault is about.
func readMethods(ch packaged.Channel, termCell, feeCell string) (ms []packaged.Method, field string, err error) {
	termLines, feeLines := lines(termCell), lines(feeCell)
	if len(feeLines) > len(termLines) {
		return nil, string(ch) + "_terms", fault.New(fault.Invalid, "procedures.import.fee_without_term")
	}
	for i, l := range termLines {
		m := packaged.Method{Channel: ch}
		if m.Term, err = catalogue.ParseTerm(l); err != nil {
			return nil, string(ch) + "_terms", err
		}
		if i < len(feeLines) {
			for _, s := range split(feeLines[i]) {
				f, err := catalogue.ParseFee(s)
				if err != nil {
					return nil, string(ch) + "_fees", err
				}
				m.Fees = append(m.Fees, f)
			}
		}
		ms = append(ms, m)
	}
	return ms, "", nil
}

func lines(cell string) []string {
	cell = strings.TrimRight(strings.ReplaceAll(cell, "\r\n", "\n"), "\n ")
	if cell == "" {
		return nil
	}
	return strings.Split(cell, "\n")
}

// cells gives the two cells of a channel.
func cells(p packaged.Procedure, ch packaged.Channel) (termCell, feeCell string) {
	return terms(p, ch), fees(p, ch)
}

// methods reads the cells of all channels against a record. Channels whose cells say what stands keep their methods; nil
// means that all do. A fault names its cell.
func methods(now packaged.Procedure, cell func(column string) (string, bool)) (*[]packaged.Method, string, error) {
	ms := slices.Clone(now.Methods)
	touched := false
	for _, ch := range catalogue.Channels() {
		term, fee := cells(now, ch)
		newTerm, hasTerm := cell(string(ch) + "_terms")
		newFee, hasFee := cell(string(ch) + "_fees")
		if !hasTerm {
			newTerm = term
		}
		if !hasFee {
			newFee = fee
		}
		if newTerm == term && newFee == fee {
			continue
		}
		read, field, err := readMethods(ch, newTerm, newFee)
		if err != nil {
			return nil, field, err
		}
		ms = slices.DeleteFunc(ms, func(m packaged.Method) bool { return m.Channel == ch })
		ms, touched = append(ms, read...), true
	}
	if !touched {
		return nil, "", nil
	}
	return &ms, "", nil
}
