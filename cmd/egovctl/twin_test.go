package main_test

import (
	"path/filepath"
	"testing"

	"egovctl/cmd/egovctl/internal/trial"
)

const twins = "testdata/twins"

func patchOf(b trial.BrokenTwin) string { return filepath.Join(twins, b.Name+".patch") }

// `make drill` lays each broken twin over the tree and sees its test fail; here each must still apply, its test must
// still be there, and every patch must have its line, so that none rots.
func TestEveryBrokenTwinStillApplies(t *testing.T) {
	patches, err := filepath.Glob(filepath.Join(twins, "*.patch"))
	if err != nil || len(patches) < 30 {
		t.Fatalf("%d patches: %v", len(patches), err)
	}
	listed := map[string]bool{}
	for _, b := range trial.Twins(t, twins) {
		t.Run(b.Name, func(t *testing.T) {
			listed[patchOf(b)] = true
			trial.Overlay(t, patchOf(b))
			b.Check(t)
		})
	}
	for _, patch := range patches {
		if !listed[patch] {
			t.Errorf("%s has no line in the table", patch)
		}
	}
}
