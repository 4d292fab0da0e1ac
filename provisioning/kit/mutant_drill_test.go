//go:build drill

package kit

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// TestDrillMutants offers ten thousand mutants, or as many as DRILL_KITS says; DRILL_SEED repeats a run.
func TestDrillMutants(t *testing.T) {
	n, seed := 10_000, uint64(time.Now().UnixNano())
	if s := os.Getenv("DRILL_KITS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	if s := os.Getenv("DRILL_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	judge(t, seed, n)
}
