// Package health is the one shape in which anything says how it is: preflight, health, doctor and the platform's
// own services; `health -o json` writes it.
package health

// Status of one check.
type Status string

// The statuses of a check.
const (
	Pass Status = "pass"
	Warn Status = "warn"
	Fail Status = "fail"
	Skip Status = "skip"
)

// Result is one finding. Message and Cure are in the reader's language by the time they are shown; before that
// Key and Args name them (cure: Key + ".cure").
type Result struct {
	Code     string            `json:"code"`    // stable: "postgres.reachable"
	Service  string            `json:"service"` // who it is about: "postgres", "onestop"
	Status   Status            `json:"status"`
	Severity string            `json:"severity"` // info, warning, error, critical
	Message  string            `json:"message"`
	Cure     string            `json:"cure,omitempty"`
	CausedBy string            `json:"caused_by,omitempty"` // the code of the finding that explains this one
	MS       int64             `json:"ms"`
	Key      string            `json:"-"`
	Args     map[string]string `json:"-"`
}

// Overall is unhealthy when something critical or an error failed, degraded when anything failed or warns, else healthy.
func Overall(rs []Result) string {
	overall := "healthy"
	for _, r := range rs {
		switch {
		case r.Status == Fail && r.Severity != "warning" && r.Severity != "info":
			return "unhealthy"
		case r.Status == Fail || r.Status == Warn:
			overall = "degraded"
		}
	}
	return overall
}
