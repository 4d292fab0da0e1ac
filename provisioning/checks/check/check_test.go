package check_test

import (
	"context"
	"testing"
	"time"

	"egovctl/platform/kernel/health"
	"egovctl/provisioning/checks/check"
)

func fixed(code string, f check.Finding, after ...string) check.Check {
	return check.Check{Code: code, Severity: "error", After: after, Run: func(context.Context, check.Look) check.Finding { return f }}
}

func TestConsequencesAreFoldedUnderTheirCause(t *testing.T) {
	never := check.Check{Code: "c", After: []string{"b"}, Run: func(context.Context, check.Look) check.Finding {
		t.Error("a check whose cause failed was run")
		return check.Finding{}
	}}
	got := check.All(t.Context(), check.Look{}, []check.Check{fixed("a", check.Wrong("k")), fixed("b", check.Fine("k"), "a"), never, fixed("d", check.Doubtful("k"))})
	want := []struct {
		status             health.Status
		severity, causedBy string
	}{{health.Fail, "error", ""}, {health.Skip, "info", "a"}, {health.Skip, "info", "b"}, {health.Warn, "warning", ""}}
	for i, w := range want {
		if g := got[i]; g.Status != w.status || g.Severity != w.severity || g.CausedBy != w.causedBy {
			t.Errorf("%s: %s, %s, caused by %q; want %v", g.Code, g.Status, g.Severity, g.CausedBy, w)
		}
	}
}

func TestACheckThatHangsIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	stuck := make(chan struct{})
	defer close(stuck)
	began := time.Now()
	got := check.All(ctx, check.Look{}, []check.Check{{Code: "disk.gone", Severity: "critical", Run: func(context.Context, check.Look) check.Finding {
		<-stuck // a disk that is gone does not hear that the time is over
		return check.Fine("k")
	}}})
	if got[0].Status != health.Fail || got[0].Key != "check.slow" || time.Since(began) > 5*time.Second {
		t.Errorf("%+v after %s", got[0], time.Since(began))
	}
}
