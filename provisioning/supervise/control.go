package supervise

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// StateFile is where the supervisor of an instance tells its state.
func StateFile(root instance.Root) string { return filepath.Join(root.Run(), "platform.json") }

// Start leaves a supervisor behind and tells its process id; it does not wait until the platform takes traffic. The
// socket is opened here, so that an address in use is told at once (finding "platform.address") and a low port can be
// had by root. Fault: unavailable "platform.start" when the program cannot be run.
func Start(ctx context.Context, on engine.Host, site instance.Site) (pid int, err error) {
	account, err := site.Account(on)
	if err != nil {
		return 0, err
	}
	ln, err := Listen(ctx, site)
	if err != nil {
		return 0, fault.Wrap(err, fault.Finding, "platform.address", "address", site.Answers.HTTP.Listen)
	}
	defer func() { _ = ln.Close() }()
	socket, err := ln.File()
	if err != nil {
		return 0, fault.Wrap(err, fault.Internal, "internal")
	}
	defer func() { _ = socket.Close() }()
	pid, err = on.Start(ctx, engine.Command{
		Path: site.Root.Binary(), Args: []string{Command, "--root", string(site.Root)}, Dir: "/", As: account,
		Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", ListenFD + "=3"},
		Log: site.Root.LogFile("supervisor"), Files: []uintptr{socket.Fd()},
	})
	if err != nil {
		return 0, fault.Wrap(err, fault.Unavailable, "platform.start")
	}
	return pid, nil
}

// drainTime bounds how long a platform whose supervisor was killed may take to let go of the address.
const drainTime = 30 * time.Second

// Listen opens the door at the answered address. A platform of this ROOT that is on its way out, because its supervisor
// was killed, is waited for; a stranger there is the kernel's error at once.
func Listen(ctx context.Context, site instance.Site) (*net.TCPListener, error) {
	ours := leaving(site.Root)
	ln, err := listen(ctx, site)
	if err == nil || !errors.Is(err, syscall.EADDRINUSE) || len(ours) == 0 {
		return ln, err
	}
	for _, pid := range ours {
		process, err := unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return nil, err
		}
		_, err = ended(ctx, process, drainTime)
		if err := errors.Join(err, unix.Close(process)); err != nil {
			return nil, err
		}
	}
	return listen(ctx, site)
}

func listen(ctx context.Context, site instance.Site) (*net.TCPListener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", site.Answers.HTTP.Listen)
	if err != nil {
		return nil, err
	}
	return ln.(*net.TCPListener), nil //nolint:forcetypeassert // "tcp" gives no other
}

// ended waits until a process, given by its descriptor, has closed all that it had open; false when it did not in time.
func ended(ctx context.Context, process int, within time.Duration) (bool, error) {
	for end := time.Now().Add(within); time.Now().Before(end); {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(process), Events: unix.POLLIN}}, 10) //nolint:gosec // a descriptor is small
		if err != nil && !errors.Is(err, unix.EINTR) {
			return false, err
		}
		if n > 0 {
			return true, nil
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
	}
	return false, nil
}

// Dial turns a listening address into one that can be called: a wildcard becomes the loopback address.
func Dial(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// stopTime bounds how long a supervisor may take to end: it gives the platform time to answer what it is answering.
const stopTime = 60 * time.Second

// Stop asks the supervisor to drain and end the platform, and returns when both are gone and the address is free. None
// running is fine. Faults: forbidden "platform.stop" when it belongs to another account, unavailable when it does not end.
func Stop(ctx context.Context, site instance.Site) error {
	s, err := Of(ctx, site.Root)
	if err != nil || s.Supervisor == 0 {
		return err
	}
	// Looking for it in /proc would call the address free too early; this descriptor tells when all of it is gone.
	process, err := unix.PidfdOpen(s.Supervisor, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "platform.stop")
	}
	defer func() { _ = unix.Close(process) }()
	if !runs(s.Supervisor, Command, site.Root) {
		return nil // the number went to another process between the two looks
	}
	gone := false
	for end := time.Now().Add(stopTime); !gone && time.Now().Before(end); { // one sent between the two programs of a swap is lost
		if err := unix.PidfdSendSignal(process, unix.SIGTERM, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
			return fault.Wrap(err, fault.Forbidden, "platform.stop")
		}
		if gone, err = ended(ctx, process, askAgain); err != nil {
			return err
		}
	}
	if !gone {
		return fault.New(fault.Unavailable, "platform.stop")
	}
	_ = os.Remove(StateFile(site.Root))
	return nil
}
