//go:build drill

package kit

import (
	"testing"

	"egovctl/provisioning/drill"
)

// TestDrillMutants offers ten thousand mutants, or as many as DRILL_KITS says; DRILL_SEED repeats a run.
func TestDrillMutants(t *testing.T) {
	n, seed := int(drill.Number(t, "DRILL_KITS", 10_000)), drill.Seed(t) //nolint:gosec // a small number
	judge(t, seed, n)
	drill.Tell(t, "DRILL_SEED=%d; %d mutants, 0 accepted, ROOT as before to the byte", seed, n)
}

// TestDrillVariants offers what is as good as any kit.
func TestDrillVariants(t *testing.T) {
	TestGoodKitsAreTaken(t)
	drill.Tell(t, "200 good variants, 0 refused")
}
