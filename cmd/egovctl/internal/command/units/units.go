// Package units shows the administrative units of the instance as they are, were, and became.
package units

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/locale"
	"egovctl/platform/services/agencies"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command { return desk.Group("units", newTree(env), newShow(env)) }

// date writes a day; nothing for an open one.
func date(d agencies.Day) string {
	if d.IsZero() {
		return ""
	}
	return locale.Date(d.Time)
}

// span writes the days from one to another; the second is the first on which it no longer holds.
func span(env *wire.Env, from, to agencies.Day) string {
	switch {
	case from.IsZero() && to.IsZero():
		return ""
	case to.IsZero():
		return env.T("commands.units.from", "from", date(from))
	case from.IsZero():
		return env.T("commands.units.to", "to", date(to))
	}
	return env.T("commands.units.span", "from", date(from), "to", date(to))
}
