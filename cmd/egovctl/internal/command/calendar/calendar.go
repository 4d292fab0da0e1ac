// Package calendar shows the working-day calendar of the instance and counts due dates by it.
package calendar

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command { return desk.Group("calendar", newShow(env), newDue(env)) }
