package almanac

import (
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
)

// morning is when a dossier is taken to be received if only its day is known.
const morning = 8 * time.Hour

// ParseReceived reads a moment of reception: see deadlines.ParseReceived.
func ParseReceived(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := clock.ParseDate(s); err == nil {
		return t.Add(morning), nil
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, s, clock.Vietnam); err == nil {
			return t.In(clock.Vietnam), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "deadlines.received.form", "value", s).At("received")
}
