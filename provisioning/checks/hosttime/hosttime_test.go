package hosttime

import (
	"testing"
	"time"

	"egovctl/platform/kernel/health"
)

func TestAClockThatWasNeverSetFails(t *testing.T) {
	if got := judge(time.Unix(0, 0)); got.Status != health.Fail || got.Key != "check.clock.wrong" {
		t.Errorf("1970: %v", got)
	}
	if got := judge(Earliest); got.Status != health.Pass {
		t.Errorf("the earliest moment that counts: %v", got)
	}
}
