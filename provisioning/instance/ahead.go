package instance

import (
	"strings"

	"egovctl/platform/kernel/fault"
)

// An answer may be ahead of the release that reads it: instance.yaml is the same for ten years. What an installation
// without it would be something else is refused; what a later release will act on is kept and told.
var (
	required = []string{"http.tls"}
	later    = []string{"mail.smarthost", "support.recipients", "support.remote"}
)

// Refused tells the first answer that this release cannot carry out: fault.Invalid "config.ahead", those of ReadDSN for an
// external database, "archive.external" and "archive.place" for a continuous archive that cannot be, or nil.
func (l Loaded) Refused() error {
	switch l.Topology {
	case "ha":
		return fault.New(fault.Invalid, "config.ahead", "where", l.Where("topology"), "key", "topology", "value", l.Topology, "only", "embedded, external").At("topology")
	case External:
		if _, err := ReadDSN(l.Postgres.DSNFile); err != nil {
			return err
		}
	}
	for _, path := range required {
		if k, _ := find(path); l.Value(path) != k.Default {
			return fault.New(fault.Invalid, "config.ahead", "where", l.Where(path), "key", path, "value", l.Value(path), "only", k.Default).At(path)
		}
	}
	const continuous = "backup.continuous"
	switch {
	case !l.Backup.Continuous:
		return nil
	case l.Topology == External:
		return fault.New(fault.Invalid, "archive.external", "where", l.Where(continuous)).At(continuous)
	case strings.Contains(l.Backup.Target, "://"):
		return fault.New(fault.Invalid, "archive.place", "target", l.Backup.Target).At(continuous)
	}
	return nil
}

// Ahead lists the keys that are answered and that this release does not act on yet.
func (l Loaded) Ahead() []string {
	var keys []string
	for _, path := range later {
		if value := l.Value(path); value != "" && value != "off" {
			keys = append(keys, path)
		}
	}
	return keys
}
