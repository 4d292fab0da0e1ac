package cluster

import (
	"context"
	"os"

	"egovctl/platform/kernel/fault"
)

// Hold keeps every starter away from this data folder until release is called or this process ends; a running server is not
// hindered. Fault: unavailable "postgres.slow" when ctx ends before the folder can be had.
func (c *Cluster) Hold(ctx context.Context) (release func(), err error) { return c.lock(ctx) }

// Discard ends the server on a data folder that nobody needs any more, with all that it left behind, and removes the
// folder; one that is gone is fine. Faults: unavailable "postgres.stop", "postgres.discard".
func (c *Cluster) Discard(ctx context.Context) error {
	if _, err := os.Stat(c.o.Data); err == nil {
		if err := c.Stop(ctx, Immediate); err != nil {
			return err
		}
		if err := c.clear(ctx); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(c.o.Data); err != nil {
		return fault.Wrap(err, fault.Unavailable, "postgres.discard", "path", c.o.Data)
	}
	return nil
}
