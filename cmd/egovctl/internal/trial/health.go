package trial

// Health is the document of `health -o json`, and of preflight.
type Health struct {
	Status  string  `json:"status"`
	Version string  `json:"version"`
	Checks  []Check `json:"checks"`
}

// Check is one of its findings.
type Check struct {
	Code     string `json:"code"`
	Service  string `json:"service"`
	Status   string `json:"status"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Cure     string `json:"cure"`
	CausedBy string `json:"caused_by"`
	MS       *int64 `json:"ms"`
}

// Health asks the instance, whatever the exit status is.
func (p *Place) Health(flags ...string) Health {
	p.T.Helper()
	if !has(flags, "-o") {
		flags = append(flags, "-o", "json")
	}
	var h Health
	p.Run(append([]string{"health"}, flags...)...).JSON(&h)
	return h
}
