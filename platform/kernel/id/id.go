// Package id makes identifiers that sort by time of making (UUID version 7).
package id

import "github.com/google/uuid"

// New returns a fresh identifier in its canonical text form.
func New() string { return uuid.Must(uuid.NewV7()).String() }
