//go:build drill

package main_test

import (
	"fmt"
	"testing"
	"time"

	"egovctl/cmd/egovctl/internal/trial"
	"egovctl/provisioning/drill"
)

// longestWait is the most that a request may take while an upgrade meets a transaction that does not end.
const longestWait = 1100 * time.Millisecond

// A transaction holds the busiest table while its columns are to be added. The migration waits for it in short turns, and whoever
// files waits for no more than one of them. DRILL_HOLD is how many seconds it is held.
func TestDrillNobodyWaitsForALongTransaction(t *testing.T) {
	t.Parallel()
	seconds := drill.Number(t, "DRILL_HOLD", 60)
	trial.Case(t, fmt.Sprintf("%d seconds", seconds), 0, func(t *testing.T) {
		v := setOut(t)
		v.file(2)
		h := hold(t, v.p, "lock table onestop.dossier_person in access share mode")
		v.ledger.Slowest()
		began := time.Now()
		l := v.p.OfInstance().Begin(v.up()...)
		h.waits(t, v.p, "the migration")
		time.Sleep(time.Until(began.Add(time.Duration(seconds) * time.Second))) //nolint:gosec // a small number
		v.ledger.More(10)
		slowest := v.ledger.Slowest()
		h.let()
		o := l.Wait()
		if slowest > longestWait {
			t.Errorf("a request took %s", slowest)
		}
		v.there(t, v.next.Version)
		counts := v.end(t, false)
		drill.Tell(t, "the busiest table held for %d s: the slowest of %d requests took %d ms, 0 failed; the upgrade ended with exit %d",
			seconds, counts[trial.Acknowledged]+counts["received"], slowest.Milliseconds(), o.Exit)
	})
}
