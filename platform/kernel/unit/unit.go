// Package unit names the levels of administration and the shapes of their codes.
package unit

import "regexp"

// Level is the tier of an administrative unit, or of the agency attached to it.
type Level string

// The tiers. Districts exist only until 30 June 2025.
const (
	Province Level = "province"
	District Level = "district"
	Commune  Level = "commune"
)

var (
	identifierNew = regexp.MustCompile(`^[A-Y]\d{2}(\.[0-9A-Z]+)*$`)
	identifierOld = regexp.MustCompile(`^\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}$`)
	dossierCode   = regexp.MustCompile(`^(\d{3}\.\d{2}\.\d{2}\.[A-Y]\d{2}|[A-Y]\d{2}(\.[0-9A-Z]+)*)-\d{6}-\d{4,}$`)
	procedureCode = regexp.MustCompile(`^\d\.\d{6}$`)
)

// ValidIdentifier reports whether s is an agency identifier of QĐ 20/2020/QĐ-TTg (H17.08) or of
// QCVN 102:2016 (000.00.21.H17).
func ValidIdentifier(s string) bool {
	return len(s) <= 35 && (identifierNew.MatchString(s) || identifierOld.MatchString(s))
}

// ValidDossierCode reports whether s has the form of TT 01/2018/TT-VPCP Điều 19.
func ValidDossierCode(s string) bool { return len(s) <= 60 && dossierCode.MatchString(s) }

// ValidProcedureCode reports whether s has the form of the national procedure database (1.001193).
func ValidProcedureCode(s string) bool { return procedureCode.MatchString(s) }
