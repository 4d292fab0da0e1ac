package supervisor

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/cmd/egovctl/internal/wire"
	"egovctl/platform/kernel/fault"
)

// backups makes the scheduled backup, by the program of the release that runs, as anybody would from a shell.
type backups struct {
	env     *wire.Env
	program string
	log     string // takes what it says
	say     *slog.Logger
}

// again is how long a failed one waits: the target may be away for a while.
const again = 30 * time.Minute

// keep looks every so often whether one is due, until ctx ends.
func (b backups) keep(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var tried, rest time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if time.Now().Before(rest) {
			continue // the target may be far away: it is asked once a day
		}
		due, next, err := b.env.BackupDue(ctx)
		if err == nil && !due {
			rest = next
		}
		if err == nil && due && time.Since(tried) > again {
			tried = time.Now()
			err = b.make(ctx)
		}
		if err != nil && ctx.Err() == nil {
			b.say.Error("backup", "error", err)
		}
	}
}

// make runs one and waits for its end. It gives way to the platform.
func (b backups) make(ctx context.Context) error {
	log, err := os.OpenFile(b.log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o640)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "serve.log", "path", b.log)
	}
	defer func() { _ = log.Close() }() // the child has its own
	c := exec.CommandContext(ctx, b.program, "backup", "create", "--root", string(b.env.Root()))
	c.Env, c.Dir, c.Stdout, c.Stderr = []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, "/", log, log
	if err := c.Start(); err != nil {
		return fault.Wrap(err, fault.Unavailable, "backup.scheduled", "log", b.log)
	}
	_ = unix.Setpriority(unix.PRIO_PROCESS, c.Process.Pid, 10) // without it, it is only less polite
	if err := c.Wait(); err != nil {
		return fault.Wrap(err, fault.Unavailable, "backup.scheduled", "log", b.log)
	}
	return nil
}
