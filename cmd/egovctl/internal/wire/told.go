package wire

import (
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// Told is an error that the command has already told in full, such as a table of findings: only its exit status
// still counts.
type Told struct{ Err error }

func (t *Told) Error() string { return t.Err.Error() }

// Unwrap gives the fault that decides the exit status.
func (t *Told) Unwrap() error { return t.Err }

// Problems makes one error of many, each of which is told.
func Problems(all []*fault.Error) error { return instance.Problems(all) }
