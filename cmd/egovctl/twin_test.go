package main_test

import (
	"path/filepath"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

// The broken twins are built by `make drill`; here each must still apply, so that it does not rot.
func TestEveryBrokenTwinStillApplies(t *testing.T) {
	patches, err := filepath.Glob("testdata/twins/*.patch")
	if err != nil || len(patches) < 4 {
		t.Fatalf("%d patches: %v", len(patches), err)
	}
	for _, patch := range patches {
		t.Run(filepath.Base(patch), func(t *testing.T) { trial.Overlay(t, patch) })
	}
}
