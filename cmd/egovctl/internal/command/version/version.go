// Package version prints which release this program carries.
package version

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"egovctl/cmd/egovctl/internal/wire"
)

// New makes the command.
func New(env *wire.Env) *cobra.Command {
	return &cobra.Command{Use: "version", Annotations: wire.Reads(), RunE: func(*cobra.Command, []string) error {
		if env.JSON() {
			return env.Print(map[string]string{"product": "egovctl", "version": env.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
		}
		_, err := fmt.Fprintln(env.Out, "egovctl", env.Version)
		return err
	}}
}
