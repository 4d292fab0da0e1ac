package wire

import (
	"fmt"
	"slices"
	"strings"

	"egovctl/cmd/egovctl/internal/term"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// prefix of the environment variables that this program reads.
const prefix = "EGOV_"

// WarnOfVariables tells of each variable that looks like one of this program's and is none. It is no error: other
// programs may have variables of that prefix, and those of the tests begin with EGOV_TEST_ or EGOV_DBTEST_.
func (e *Env) WarnOfVariables() {
	if e.Environ == nil {
		return
	}
	known := []string{"EGOV_ROOT", "EGOV_LANG", "EGOV_CONFIG"}
	for _, k := range instance.Keys() {
		known = append(known, k.Env())
	}
	for _, pair := range e.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, prefix), value == "", name == supervise.ListenFD, name == supervise.ReadyFD,
			strings.HasPrefix(name, "EGOV_TEST_"), strings.HasPrefix(name, "EGOV_DBTEST_"), slices.Contains(known, name):
			continue
		}
		key := "cli.variable.far"
		near := instance.Nearest(name, known, "_")
		if near != "" {
			key = "cli.variable"
		}
		fmt.Fprintf(e.Err, "%s %s\n", e.PaintErr(term.Warning, e.T("cli.warning")), e.T(key, "name", term.Visible(name, mostRepeated), "near", near))
	}
}
