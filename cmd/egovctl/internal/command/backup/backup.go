// Package backup writes, lists, checks and brings back backups of the instance.
package backup

import (
	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/desk"
	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the commands.
func New(env *wire.Env) *cobra.Command {
	return desk.Group("backup", create(env), list(env), verify(env), restore(env), drill(env), key(env))
}
