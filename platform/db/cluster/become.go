package cluster

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"egovctl/platform/kernel/fault"
)

// Become turns this process into the server, for a keeper that watches the process itself (systemd): it is Start without
// the session of its own and without the wait. What a killed server left behind is cleared first. It only returns when
// that fails: findings "postgres.major", "postgres.start"; conflict "postgres.runs" when a server runs already.
func (c *Cluster) Become(ctx context.Context) error {
	if err := c.CheckMajor(); err != nil {
		return err
	}
	unlock, err := c.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock() // a server that was become unlocks as well: the file is closed by exec
	if pid, running := c.Running(); running {
		return fault.New(fault.Conflict, "postgres.runs", "path", c.o.Data, "pid", pid)
	}
	if err := c.clear(ctx); err != nil {
		return err
	}
	err = errors.Join(c.folder(c.o.Log), c.folder(c.o.Socket), os.Chdir(c.o.Data))
	if err == nil {
		program := c.o.Binaries.Path("postgres")
		err = syscall.Exec(program, append([]string{program}, c.arguments()...), c.o.Binaries.Env())
	}
	return fault.Wrap(err, fault.Finding, "postgres.start", "path", c.o.Data, "why", reason(err))
}

// Await returns when the server that somebody else starts accepts connections. Fault: unavailable "postgres.slow" when ctx
// ends first.
func (c *Cluster) Await(ctx context.Context) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for !c.Ready() {
		select {
		case <-ctx.Done():
			return fault.Wrap(ctx.Err(), fault.Unavailable, "postgres.slow", "path", c.o.Log)
		case <-tick.C:
		}
	}
	return nil
}
