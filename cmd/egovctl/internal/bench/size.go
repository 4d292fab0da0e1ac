package main

import (
	"context"
	"os"
)

// size measures the binary.
func size(_ context.Context, b *bench) ([]Row, error) {
	info, err := os.Stat(b.binary)
	if err != nil {
		return nil, err
	}
	return []Row{counted("egovctl, everything embedded", "MB", float64(info.Size())/1e6, &Limit{AtMost: 60, Count: true})}, nil
}
