package memory

import (
	"testing"

	"egovctl/platform/kernel/health"
)

func TestLittleMemoryFails(t *testing.T) {
	if got := judge(Wanted - 1); got.Status != health.Fail || got.Args["wanted"] != "1024" {
		t.Errorf("one byte too little: %v", got)
	}
	if got := judge(Wanted); got.Status != health.Pass {
		t.Errorf("just enough: %v", got)
	}
}
