// Package catalogue shows and changes the procedure catalogue of the instance, and carries it out to sheets and back.
package catalogue

import (
	"errors"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/unit"
	"egovctl/platform/services/procedures"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("catalogue", newList(env), newShow(env), newSet(env), newImport(env), newExport(env), newDiff(env), newConflicts(env), newResolve(env))
}

// checkCode tells a code that cannot be from one that is not there.
func checkCode(code string) error {
	if !unit.ValidProcedureCode(code) {
		return fault.New(fault.Invalid, "procedures.code.malformed", "code", code)
	}
	return nil
}

// each lets every fault of a record be told, not only the first.
func each(err error) error {
	var all procedures.Faults
	if errors.As(err, &all) {
		return wire.Problems(all)
	}
	return err
}
