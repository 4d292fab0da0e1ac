//go:build drill

package enginetest_test

import (
	"testing"

	"egovctl/provisioning/drill"
)

// Crash states of journal and release switch, as many as DRILL_STATES says.
func TestDrillCrashStates(t *testing.T) {
	states, resumed := crashStates(t)
	drill.Tell(t, "%d different states, %d of them resumed to the end, 0 failed; seed %d", states, resumed, cuts(2).Seed)
}
