package deadlines

import (
	"time"

	"egovctl/platform/services/deadlines/internal/almanac"
)

// ParseReceived reads "2026-02-13T09:00", "2026-02-13 09:00" and RFC 3339 as a moment in Việt Nam; a date alone is its
// morning at 08:00. Fault: Invalid "deadlines.received.form" at field "received".
func ParseReceived(s string) (time.Time, error) { return almanac.ParseReceived(s) }
