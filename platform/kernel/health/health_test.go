package health_test

import (
	"testing"

	"egovctl/platform/kernel/health"
)

func TestOverall(t *testing.T) {
	is := func(s health.Status, severity string) health.Result {
		return health.Result{Status: s, Severity: severity}
	}
	for name, c := range map[string]struct {
		results []health.Result
		want    string
	}{
		"nothing was asked":                        {nil, "healthy"},
		"what passes and what is left out is well": {[]health.Result{is(health.Pass, "critical"), is(health.Skip, "critical")}, "healthy"},
		"a warning degrades":                       {[]health.Result{is(health.Warn, "critical"), is(health.Pass, "error")}, "degraded"},
		"a failure of little weight degrades":      {[]health.Result{is(health.Fail, "warning"), is(health.Fail, "info")}, "degraded"},
		"a failure of weight outweighs the rest":   {[]health.Result{is(health.Warn, "info"), is(health.Pass, "info"), is(health.Fail, "error")}, "unhealthy"},
		"a critical failure":                       {[]health.Result{is(health.Fail, "critical")}, "unhealthy"},
		"a failure whose weight nobody gave":       {[]health.Result{is(health.Fail, "")}, "unhealthy"},
	} {
		if got := health.Overall(c.results); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
