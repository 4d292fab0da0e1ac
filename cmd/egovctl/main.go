// Command egovctl installs, upgrades, rolls back and heals a province's e-government instance.
package main

import (
	"os"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
)

// version is set by the linker: make build VERSION=1.2.3.
var version = "0.1.0-dev"

func main() {
	os.Exit(root.Run(os.Args[1:], term.System(), version, command.All()))
}
