package cluster

import (
	"context"
	"syscall"
	"time"

	"egovctl/platform/kernel/fault"
)

// Mode is how a server is told to stop.
type Mode syscall.Signal

// Fast ends sessions and writes everything out; Smart waits for the sessions; Immediate drops everything, and the next
// start recovers from the log.
const (
	Fast      = Mode(syscall.SIGINT)
	Smart     = Mode(syscall.SIGTERM)
	Immediate = Mode(syscall.SIGQUIT)
)

// Stop ends the server and returns when it and its children are gone; a stopped one is fine. Fault: unavailable "postgres.stop".
func (c *Cluster) Stop(ctx context.Context, mode Mode) error {
	pid, running := c.Running()
	if !running {
		return nil
	}
	if err := syscall.Kill(pid, syscall.Signal(mode)); err != nil && err != syscall.ESRCH {
		return fault.Wrap(err, fault.Unavailable, "postgres.stop", "pid", pid)
	}
	tick := time.NewTicker(poll)
	defer tick.Stop()
	// the log's collector is the last to go, a moment after the server
	for c.alive(pid) || len(c.orphans()) > 0 {
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Unavailable, "postgres.stop", "pid", pid)
		case <-tick.C:
		}
	}
	return nil
}
