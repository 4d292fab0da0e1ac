package keeper

import (
	"context"
	"syscall"
	"time"

	"egovctl/platform/db/cluster"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// own keeps the processes with our own supervisor, on a host without systemd or for a ROOT of one's own.
type own struct{ site instance.Site }

func (k own) StartServer(ctx context.Context, on engine.Host) error {
	c, err := k.site.Cluster(on)
	if err != nil {
		return err
	}
	if c.Moved() {
		if err := c.Stop(ctx, cluster.Fast); err != nil {
			return err
		}
	}
	return c.Start(ctx)
}

func (k own) StopServer(ctx context.Context, on engine.Host) error {
	return stopServer(ctx, on, k.site)
}

// stopServer ends the server whoever started it. Neither its programs nor, when there never was one, its account are
// needed for that.
func stopServer(ctx context.Context, look engine.Reader, site instance.Site) error {
	c, err := site.Server(look)
	if fault.Is(err, fault.NotFound) {
		return nil // no account, so no server of its
	}
	if err != nil {
		return err
	}
	return c.Stop(ctx, cluster.Fast)
}

func (k own) Server(_ context.Context, look engine.Reader) (bool, error) {
	return serving(look, k.site)
}

// startTime bounds how long a platform may take until it takes traffic.
const startTime = 60 * time.Second

func (k own) StartPlatform(ctx context.Context, on engine.Host) error {
	pid, err := supervise.Start(ctx, on, k.site)
	if err != nil {
		return err
	}
	for end := time.Now().Add(startTime); time.Now().Before(end); {
		if Ready(ctx, on, k.site) {
			return nil
		}
		if syscall.Kill(pid, 0) != nil {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fault.New(fault.Unavailable, "platform.not_ready", "log", k.site.Root.LogFile("platform"))
}

func (k own) SwapPlatform(ctx context.Context, _ engine.Host) error {
	return supervise.Swap(ctx, k.site)
}

func (k own) StopPlatform(ctx context.Context, _ engine.Host) error {
	return supervise.Stop(ctx, k.site)
}

func (k own) Platform(ctx context.Context, _ engine.Reader) (State, error) {
	s, err := supervise.Of(ctx, k.site.Root)
	if err != nil || moved(s.Supervisor, k.site) {
		return State{}, err
	}
	return State{PID: s.Platform, Since: s.Since, Restarts: s.Restarts}, nil
}

func (k own) Door(ctx context.Context, _ engine.Reader) (string, error) {
	s, err := supervise.Of(ctx, k.site.Root)
	return s.Address, err
}
