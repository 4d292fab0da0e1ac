package unit_test

import (
	"strings"
	"testing"

	"egovctl/platform/kernel/unit"
)

func TestCodesHaveTheFormThatTheLawGivesThem(t *testing.T) {
	for _, c := range []struct {
		name  string
		valid func(string) bool
		code  string
		want  bool
	}{
		{"a province's committee", unit.ValidIdentifier, "H17", true},
		{"a department", unit.ValidIdentifier, "H17.08", true},
		{"a division of a department", unit.ValidIdentifier, "H17.08.02", true},
		{"the form of QCVN 102:2016", unit.ValidIdentifier, "000.00.21.H17", true},
		{"no identifier at all", unit.ValidIdentifier, "", false},
		{"small letters", unit.ValidIdentifier, "h17.08", false},
		{"a letter after Y", unit.ValidIdentifier, "Z17", false},
		{"a dot at the end", unit.ValidIdentifier, "H17.", false},
		{"a line behind it", unit.ValidIdentifier, "H17\n", false},
		{"36 characters", unit.ValidIdentifier, "H17." + strings.Repeat("1", 32), false},
		{"35 characters", unit.ValidIdentifier, "H17." + strings.Repeat("1", 31), true},
		{"a dossier of a department", unit.ValidDossierCode, "H17.08-260309-0001", true},
		{"a dossier under the old form", unit.ValidDossierCode, "000.00.21.H17-180715-0042", true},
		{"the ten thousandth dossier of a day", unit.ValidDossierCode, "H17-260309-10000", true},
		{"a number of three digits", unit.ValidDossierCode, "H17.08-260309-001", false},
		{"a day of eight digits", unit.ValidDossierCode, "H17.08-20260309-0001", false},
		{"a dossier of nobody", unit.ValidDossierCode, "-260309-0001", false},
		{"a code longer than 60", unit.ValidDossierCode, "H17-260309-" + strings.Repeat("1", 50), false},
		{"a procedure", unit.ValidProcedureCode, "1.001193", true},
		{"five digits", unit.ValidProcedureCode, "1.00119", false},
		{"more before or behind", unit.ValidProcedureCode, "x1.001193", false},
		{"digits of another script", unit.ValidProcedureCode, "١.001193", false},
	} {
		if got := c.valid(c.code); got != c.want {
			t.Errorf("%s: %q is %v", c.name, c.code, got)
		}
	}
}
