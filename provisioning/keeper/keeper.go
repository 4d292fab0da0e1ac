// Package keeper starts, stops and watches the two processes of an instance, PostgreSQL and the platform, through
// whoever keeps them running on this host: a supervisor of our own, or systemd. Steps, checks and commands ask For a
// site's keeper and need not know which it is.
package keeper

import (
	"context"
	"net/http"
	"os"
	"time"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// Keeper starts and stops the processes of one instance. Every method may be called in any state: what already runs is
// left alone, what does not run needs no stop.
type Keeper interface {
	// StartServer returns when PostgreSQL accepts connections. Faults: those of cluster.Start, "keeper.unit".
	StartServer(ctx context.Context, on engine.Host) error
	// StopServer ends its sessions and returns when it is gone. Faults: "postgres.stop", "keeper.unit".
	StopServer(ctx context.Context, on engine.Host) error
	// StartPlatform returns when the platform takes traffic. Faults: finding "platform.address" for an address in use,
	// "platform.start", "platform.not_ready", "keeper.unit".
	StartPlatform(ctx context.Context, on engine.Host) error
	// SwapPlatform exchanges the running platform for what current/ holds now and returns when the new one takes traffic.
	// Faults: those of supervise.Swap, "keeper.unit".
	SwapPlatform(ctx context.Context, on engine.Host) error
	// StopPlatform lets it answer what it is answering and returns when it is gone. Faults: "platform.stop", "keeper.unit".
	StopPlatform(ctx context.Context, on engine.Host) error
	// Server reports whether PostgreSQL runs, kept by this keeper. Faults: those of instance.Site.Process.
	Server(ctx context.Context, look engine.Reader) (bool, error)
	// Platform tells about its process; the zero State when none runs, kept by this keeper.
	Platform(ctx context.Context, look engine.Reader) (State, error)
	// Door is the address, in numbers, at which this keeper holds the front door open, also while no platform stands
	// behind it; "" when it does not.
	Door(ctx context.Context, look engine.Reader) (string, error)
}

// State is the platform's process.
type State struct {
	PID      int
	Since    time.Time
	Restarts int
}

// For is the keeper of a site.
func For(site instance.Site) Keeper {
	var k Keeper = own{site}
	if site.Systemd {
		k = units{site}
	}
	if site.External() {
		return outside{k, site}
	}
	return k
}

// moved reports whether a process was started for a ROOT that is elsewhere by now. It works on, but what it starts or
// opens by name is not there any more.
func moved(pid int, site instance.Site) bool {
	then := supervise.RootOf(pid)
	if then == "" || then == string(site.Root) {
		return false
	}
	there, err := os.Stat(then)
	here, errHere := os.Stat(string(site.Root))
	return errHere == nil && (err != nil || !os.SameFile(there, here))
}

// serving reports whether the server runs and was started where ROOT lies now.
func serving(look engine.Reader, site instance.Site) (bool, error) {
	up, err := site.Running(look)
	if err != nil || !up {
		return false, err
	}
	c, err := site.Server(look)
	return err == nil && !c.Moved(), err
}

// Ready reports whether the platform of this very site takes traffic: its process runs, and the answered address says so.
func Ready(ctx context.Context, look engine.Reader, site instance.Site) bool {
	s, err := For(site).Platform(ctx, look)
	return err == nil && s.PID != 0 && answers(ctx, site)
}

// answers asks /readyz at the answered address.
func answers(ctx context.Context, site instance.Site) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+supervise.Dial(site.Answers.HTTP.Listen)+"/readyz", nil)
	if err != nil {
		return false
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
