package main_test

import (
	"os"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// The tests of this package drive the real binary from outside; see package trial. What they share goes at the end.
func TestMain(m *testing.M) {
	code := m.Run()
	trial.End()
	os.Exit(code)
}
