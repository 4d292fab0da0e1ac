package main_test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"egovctl/cmd/egovctl/internal/command"
	"egovctl/cmd/egovctl/internal/root"
	"egovctl/cmd/egovctl/internal/term"
	"egovctl/cmd/egovctl/internal/trial"
)

// The tests of this package drive egovctl from outside: the built binary by package trial, and for the scripts below
// testdata/script this test binary under the name egovctl. What they share goes at the end.
func TestMain(m *testing.M) {
	testscript.Main(ending{m}, map[string]func(){
		"egovctl": func() { os.Exit(root.Run(os.Args[1:], term.System(), trial.Version, command.All())) },
	})
}

type ending struct{ *testing.M }

func (e ending) Run() int {
	defer trial.End()
	return e.M.Run()
}
