package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"egovctl/platform/app"
	"egovctl/platform/kernel/health"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// PlatformHealth is what the running platform says of itself. While it takes no requests, which seen tells, there is one
// finding that folds under the cause.
func (e *Env) PlatformHealth(ctx context.Context, site instance.Site, seen []health.Result) []health.Result {
	r := health.Result{Code: "platform.health", Service: "platform", Severity: "info"}
	ready := slices.IndexFunc(seen, func(x health.Result) bool { return x.Code == "platform.ready" })
	if ready >= 0 && seen[ready].Status != health.Pass {
		r.Status, r.Key, r.CausedBy = health.Skip, "check.folded", seen[ready].Code
		if cause := seen[ready].CausedBy; cause != "" {
			r.CausedBy = cause
		}
		r.Args = map[string]string{"cause": r.CausedBy}
		return []health.Result{r}
	}
	began, address := time.Now(), supervise.Dial(site.Answers.HTTP.Listen)
	report, err := askHealth(ctx, address)
	if err != nil {
		r.Status, r.Severity, r.Key, r.Args = health.Fail, "error", "check.platform.silent", map[string]string{"address": address, "why": err.Error()}
		r.MS = time.Since(began).Milliseconds()
		return []health.Result{r}
	}
	return report.Results()
}

// askLimit is longer than the platform itself gives its services.
const askLimit = 10 * time.Second

// askHealth asks the platform at address. To whoever asks for another name than localhost it tells nothing.
func askHealth(ctx context.Context, address string) (app.Report, error) {
	var report app.Report
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+app.HealthPath, nil)
	if err != nil {
		return report, err
	}
	req.Host = "localhost"
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return report, err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return report, fmt.Errorf("%s: %s", app.HealthPath, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil {
		return report, fmt.Errorf("%s: %w", app.HealthPath, err)
	}
	return report, nil
}
