package keeper

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// units keeps the processes with systemd.
type units struct{ site instance.Site }

// StartServer takes over a server that somebody else started: a unit can only keep its own.
func (k units) StartServer(ctx context.Context, on engine.Host) error {
	unit := Server(k.site.Answers.Config)
	s, err := show(ctx, on, unit)
	if err != nil {
		return err
	}
	c, err := k.site.Server(on)
	if err != nil {
		return err
	}
	if !s.active() || c.Moved() {
		// A supervisor of ours goes first: it would start at once again what we stop. The platform follows under its unit.
		if err := errors.Join(stop(ctx, on, Service(k.site.Answers.Config)), supervise.Stop(ctx, k.site)); err != nil {
			return err
		}
		if err := k.StopServer(ctx, on); err != nil {
			return err
		}
	}
	return control(ctx, on, "start", unit)
}

func (k units) StopServer(ctx context.Context, on engine.Host) error {
	if err := stop(ctx, on, Server(k.site.Answers.Config)); err != nil {
		return err
	}
	return stopServer(ctx, on, k.site)
}

func (k units) Server(ctx context.Context, look engine.Reader) (bool, error) {
	s, err := show(ctx, look, Server(k.site.Answers.Config))
	if err != nil || !s.active() {
		return false, err
	}
	return serving(look, k.site)
}

// StartPlatform opens the front door and starts who stands behind it; systemd answers when the platform said that it is
// ready. The address is tried first, because systemd does not say that it is somebody else's.
func (k units) StartPlatform(ctx context.Context, on engine.Host) error {
	c := k.site.Answers.Config
	door, err := show(ctx, on, Socket(c))
	if err != nil {
		return err
	}
	if !door.active() {
		if err := supervise.Stop(ctx, k.site); err != nil { // one of our own, from before systemd took over
			return err
		}
		if err := free(ctx, c.HTTP.Listen); err != nil {
			return err
		}
	}
	if err := control(ctx, on, "start", Socket(c), Service(c)); err != nil {
		return err
	}
	if !answers(ctx, k.site) {
		return fault.New(fault.Unavailable, "platform.not_ready", "log", k.site.Root.LogFile("platform"))
	}
	return nil
}

func free(ctx context.Context, address string) error {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fault.Wrap(err, fault.Finding, "platform.address", "address", address)
	}
	return ln.Close()
}

func (k units) SwapPlatform(ctx context.Context, _ engine.Host) error {
	return supervise.Swap(ctx, k.site)
}

// StopPlatform closes the door as well: a stopped platform behind an open one would be started by the next caller.
func (k units) StopPlatform(ctx context.Context, on engine.Host) error {
	c := k.site.Answers.Config
	return errors.Join(stop(ctx, on, Socket(c), Service(c)), supervise.Stop(ctx, k.site))
}

func (k units) Platform(ctx context.Context, look engine.Reader) (State, error) {
	unit, err := show(ctx, look, Service(k.site.Answers.Config))
	if err != nil || !unit.active() {
		return State{}, err
	}
	pid, _ := strconv.Atoi(unit["MainPID"])
	s, err := supervise.Of(ctx, k.site.Root)
	if err != nil || s.Supervisor != pid || moved(pid, k.site) {
		return State{}, err
	}
	restarts, _ := strconv.Atoi(unit["NRestarts"])
	return State{PID: s.Platform, Since: s.Since, Restarts: s.Restarts + restarts}, nil
}

func (k units) Door(ctx context.Context, look engine.Reader) (string, error) {
	unit := Socket(k.site.Answers.Config)
	out, err := look.Query(ctx, "systemctl", "show", "--property=ActiveState,Listen", unit)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "keeper.unit", "unit", unit)
	}
	_, address, _ := strings.Cut(string(out), "Listen=")
	if address, _, _ = strings.Cut(address, " ("); strings.Contains(string(out), "ActiveState=active\n") {
		return address, nil
	}
	return "", nil
}

// properties of a unit, as `systemctl show` tells them.
type properties map[string]string

// show asks systemd about a unit; one that it does not know is inactive.
func show(ctx context.Context, look engine.Reader, unit string) (properties, error) {
	out, err := look.Query(ctx, "systemctl", "show", "--property=ActiveState,MainPID,NRestarts", unit)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "keeper.unit", "unit", unit)
	}
	p := properties{}
	for line := range strings.Lines(string(out)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		p[name] = value
	}
	return p, nil
}

func (p properties) active() bool { return p["ActiveState"] == "active" }

// stop stops those of the units that are not stopped: systemd refuses to stop what it does not know.
func stop(ctx context.Context, on engine.Host, names ...string) error {
	var running []string
	for _, name := range names {
		p, err := show(ctx, on, name)
		if err != nil {
			return err
		}
		if s := p["ActiveState"]; s != "inactive" && s != "failed" {
			running = append(running, name)
		}
	}
	if len(running) == 0 {
		return nil
	}
	return control(ctx, on, "stop", running...)
}

// Reload makes systemd read its unit files again.
func Reload(ctx context.Context, on engine.Host) error { return control(ctx, on, "daemon-reload") }

func control(ctx context.Context, on engine.Host, verb string, names ...string) error {
	env := []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"}
	_, err := on.Run(ctx, engine.Command{Path: "systemctl", Args: append([]string{verb}, names...), Env: env})
	if err != nil {
		unit := "systemd"
		if len(names) > 0 {
			unit = names[len(names)-1]
		}
		return fault.Wrap(err, fault.Unavailable, "keeper.unit", "unit", unit)
	}
	return nil
}

// Stale reports whether systemd has not read the file of this unit since it was written.
func Stale(ctx context.Context, look engine.Reader, unit string) (bool, error) {
	out, err := look.Query(ctx, "systemctl", "show", "--property=LoadState,NeedDaemonReload", unit)
	if err != nil {
		return false, fault.Wrap(err, fault.Unavailable, "keeper.unit", "unit", unit)
	}
	return !strings.Contains(string(out), "LoadState=loaded\n") || strings.Contains(string(out), "NeedDaemonReload=yes\n"), nil
}
