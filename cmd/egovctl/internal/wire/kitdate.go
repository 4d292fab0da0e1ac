package wire

import (
	"runtime/debug"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
)

// sourceSeconds is the date of the source that this program was built from, in seconds of Unix time: that of the commit. It is
// set by the linker, as the version is.
var sourceSeconds string

// undated is the date of a source of which nobody knows one: an archive without its history, built by hand.
var undated = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// sourceDate is the date of the source: what SOURCE_DATE_EPOCH says, what the linker was told, or what the compiler found.
// It is never the clock's, so that the same source gives the same kit. Fault: invalid "kit.build.date" for a value that is
// none.
func (e *Env) sourceDate() (time.Time, error) {
	for _, s := range []string{e.Getenv("SOURCE_DATE_EPOCH"), sourceSeconds} {
		if s == "" {
			continue
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 || n > 1<<33 {
			return time.Time{}, fault.New(fault.Invalid, "kit.build.date", "value", s)
		}
		return time.Unix(n, 0).UTC(), nil
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
				return at.UTC(), nil
			}
		}
	}
	return undated, nil
}
