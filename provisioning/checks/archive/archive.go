// Package archive checks that the continuous archive takes what PostgreSQL writes.
package archive

import (
	"context"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup"
	"egovctl/provisioning/checks/check"
	"egovctl/provisioning/instance"
)

// Check asks the server what waits to be handed over, and the archive whether it has what was.
func Check() check.Check {
	return check.Check{Code: "backup.continuous", For: "embedded", Service: "backup", Severity: "error", After: []string{"postgres.reachable"}, Run: run}
}

// late is how long a part of the log may wait: twice as long as it is gathered.
const late = 2 * instance.ArchiveEvery

func run(ctx context.Context, look check.Look) check.Finding {
	if !look.Site.Continuous() {
		return check.Fine("check.archive.off")
	}
	if _, err := instance.Archiver(); err != nil {
		return check.Failed(err)
	}
	state, err := backup.ArchiverOf(ctx, look.Site)
	if err != nil {
		return check.Failed(err)
	}
	a, err := backup.Continuous(look.Site)
	if err != nil {
		return check.Failed(err)
	}
	info, err := a.Info(ctx, look.Host)
	minutes := int(state.Waits / time.Minute)
	switch {
	case err != nil && fault.Is(err, fault.Unavailable):
		f := check.Failed(err)
		f.Key = "check.archive.unreadable"
		return f
	case err != nil:
		return check.Failed(err)
	case state.Failing || state.Waits > late:
		return check.Wrong("check.archive.failing", "minutes", minutes, "path", a.Place())
	case len(info.Bases) == 0:
		return check.Wrong("check.archive.empty", "path", a.Place())
	case info.Gap(state.Newest):
		return check.Wrong("check.archive.gap", "path", a.Place())
	}
	return check.Fine("check.archive.ok", "from", backup.Shown(info.Bases[0].Ended), "path", a.Place())
}
