package desk

import (
	"strings"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/packaged"
)

// ParseChannel reads a way of filing, "" for the usual one. Fault: Invalid "onestop.channel.unknown" at "channel".
func ParseChannel(s string) (packaged.Channel, error) {
	switch c := packaged.Channel(s); c {
	case "", packaged.Direct, packaged.Online, packaged.Postal:
		return c, nil
	}
	return "", fault.New(fault.Invalid, "onestop.channel.unknown").At("channel")
}

// ParseDue reads a day, as 2026-03-17 or 17/03/2026; the zero time for "". Fault: Invalid "onestop.act.due_form" at "due".
func ParseDue(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006"} {
		if t, err := time.ParseInLocation(layout, s, clock.Vietnam); err == nil && t.Year() > 1900 {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "onestop.act.due_form").At("due")
}
