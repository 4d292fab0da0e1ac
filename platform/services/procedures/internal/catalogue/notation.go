package catalogue

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/money"
	"egovctl/platform/packaged"
	"egovctl/platform/workcal"
)

// The notation of time limits and fees in sheets and on the command line:
// "3.5 working_days", "same_day", "other: as agreed", "charge 8000 (per copy)".

var (
	feeShape  = regexp.MustCompile(`(?s)^([a-z_]+)\s+(-?[0-9.]+)\s*(?:\((.*)\))?$`)
	bareFee   = regexp.MustCompile(`^-?[0-9.]+$`)
	thousands = regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{3})+$`)
)

// ParseTerm reads a time limit. A number without a unit is refused: 5 what?
func ParseTerm(s string) (workcal.Term, error) {
	s = strings.TrimSpace(s)
	kind, text, hasText := strings.Cut(s, ":")
	switch k := workcal.TermKind(strings.TrimSpace(kind)); {
	case k == workcal.SameDay || k == workcal.Other:
		return workcal.Term{Kind: k, Text: strings.TrimSpace(text)}, nil
	case hasText && k == "":
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.unit", "term", s)
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.unit", "term", s)
	}
	n, err := ParseAmount(words[0])
	switch {
	case err != nil && len(words) == 1:
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.kind", "kind", words[0])
	case err != nil:
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.amount", "amount", words[0])
	case len(words) == 1:
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.unit", "term", s)
	}
	unit, text, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(s, words[0])), ":")
	k := workcal.TermKind(strings.TrimSpace(unit))
	if !slices.Contains(countedTerms(), k) {
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.kind", "kind", k)
	}
	if n <= 0 {
		return workcal.Term{}, fault.New(fault.Invalid, "procedures.term.amount", "amount", words[0])
	}
	return workcal.Term{Kind: k, Thousands: n, Text: strings.TrimSpace(text)}, nil
}

// FormatTerm writes what ParseTerm reads.
func FormatTerm(t workcal.Term) string {
	s := string(t.Kind)
	if slices.Contains(countedTerms(), t.Kind) {
		s = amount(t.Thousands) + " " + s
	}
	if t.Text != "" {
		s += ": " + t.Text
	}
	return s
}

// ParseAmount reads 3, 3.5 or 3,5 as thousandths; at most three decimals.
func ParseAmount(s string) (int64, error) {
	f, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || math.IsNaN(f) || math.Abs(f) > 1e6 || math.Abs(f*1000-math.Round(f*1000)) > 1e-6 {
		return 0, fault.New(fault.Invalid, "procedures.term.amount", "amount", s)
	}
	return int64(math.Round(f * 1000)), nil
}

func amount(thousandths int64) string {
	return strconv.FormatFloat(float64(thousandths)/1000, 'f', -1, 64)
}

// ParseFee reads "charge 8000 (note)". A number alone is a charge (lệ phí). 8.000 is eight thousand, as the state writes it.
func ParseFee(s string) (packaged.Fee, error) {
	s = strings.TrimSpace(s)
	if bareFee.MatchString(s) {
		s = "charge " + s
	}
	m := feeShape.FindStringSubmatch(s)
	if m == nil {
		return packaged.Fee{}, fault.New(fault.Invalid, "procedures.fee.unreadable", "fee", s)
	}
	if !slices.Contains(FeeTypes(), m[1]) {
		return packaged.Fee{}, fault.New(fault.Invalid, "procedures.fee.type", "type", m[1])
	}
	digits := m[2]
	if thousands.MatchString(digits) {
		digits = strings.ReplaceAll(digits, ".", "")
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil:
		return packaged.Fee{}, fault.New(fault.Invalid, "procedures.fee.unreadable", "fee", s)
	case n < 0:
		return packaged.Fee{}, fault.New(fault.Invalid, "procedures.fee.negative", "amount", n)
	case n > maxAmount:
		return packaged.Fee{}, fault.New(fault.Invalid, "procedures.fee.large", "max", int64(maxAmount))
	}
	return packaged.Fee{Type: m[1], Amount: money.Dong(n), Note: m[3]}, nil
}

// FormatFee writes what ParseFee reads.
func FormatFee(f packaged.Fee) string {
	s := fmt.Sprintf("%s %d", f.Type, int64(f.Amount))
	if f.Note != "" {
		s += " (" + f.Note + ")"
	}
	return s
}
