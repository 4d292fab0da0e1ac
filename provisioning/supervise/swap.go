package supervise

import (
	"context"
	"errors"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/instance"
)

// swap starts the new platform first and stops the old one only when the new one takes traffic. When the new one does not
// come up the old one stays, and the state says why.
func (k *keeper) swap(ctx context.Context) bool {
	k.state.Swapping = true
	k.save()
	c, err := k.spawn(ctx)
	k.state.Refused = ""
	k.state.Swaps++
	if err != nil {
		k.Log.Error("swap refused, the running platform stays", "error", err)
		k.state.Swapping, k.state.Refused = false, err.Error()
		k.save()
		return false
	}
	old := k.child
	k.running(c)
	k.stop(old)
	return true
}

// toldToEnd reports whether, during a swap, we were told to end: the program that follows us would not know of it.
func toldToEnd(signals <-chan os.Signal) bool {
	for {
		select {
		case s := <-signals:
			if s != syscall.SIGHUP {
				return true
			}
		default:
			return false
		}
	}
}

// handOver turns this process into the supervisor of the release that runs now; door, platform and process number stay. It
// returns only when that cannot be done, and then the old program goes on.
func (k *keeper) handOver() {
	door := int(k.Listener.Fd())
	_, err := unix.FcntlInt(uintptr(door), unix.F_SETFD, 0)
	if err == nil {
		env := []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8", ListenFD + "=" + strconv.Itoa(door), adoptPID + "=" + strconv.Itoa(k.child.process.Pid)}
		err = syscall.Exec(k.program(), append([]string{k.Binary}, os.Args[1:]...), env)
	}
	syscall.CloseOnExec(door)
	k.state.Swapping = false
	k.save()
	k.Log.Error("the supervisor of the release before goes on", "error", err)
}

// program is the one that our platform runs: while the old one drained, current/ may have been led elsewhere again.
func (k *keeper) program() string {
	path, err := os.Readlink(procFile(k.child.process.Pid, "exe"))
	if err != nil {
		return k.Binary
	}
	return path
}

// adopt takes up the platform that the supervisor before us, in this very process, has left.
func (k *keeper) adopt() bool {
	pid, err := strconv.Atoi(os.Getenv(adoptPID))
	_ = os.Unsetenv(adoptPID)
	if err != nil || pid <= 0 {
		return false
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	since := time.Now()
	if s, err := saved(k.StateFile); err == nil && s.Supervisor == os.Getpid() && s.Platform == pid {
		since, k.state.Restarts, k.state.Swaps = s.Since, s.Restarts, s.Swaps
	}
	k.running(watched(process, since))
	return true
}

// askAgain is after how long a request that was not heard is made once more.
const askAgain = 2 * time.Second

// swapTime bounds how long a new platform may take until it takes traffic or is given up.
const swapTime = 90 * time.Second

// Swap asks the supervisor to exchange the platform for what current/ holds now, and returns when the new one takes
// traffic; the old one may still be answering what it had begun. Faults: not installed "platform.stopped" when none runs,
// unavailable "platform.swap" when the new one did not come up: then the old one runs on.
func Swap(ctx context.Context, site instance.Site) error {
	before, err := Of(ctx, site.Root)
	if err != nil {
		return err
	}
	if before.Supervisor == 0 {
		return fault.New(fault.Unavailable, "platform.stopped")
	}
	refused := func(cause error) error {
		return fault.Wrap(cause, fault.Unavailable, "platform.swap", "log", site.Root.LogFile("platform"))
	}
	asked := time.Time{}
	for end := time.Now().Add(swapTime); time.Now().Before(end); {
		now, err := Of(ctx, site.Root)
		switch {
		case err != nil:
			return err
		case now.Supervisor != before.Supervisor:
			return refused(errors.New("the supervisor ended"))
		case now.Swaps > before.Swaps && now.Refused != "":
			return refused(errors.New(now.Refused))
		case now.Swaps > before.Swaps:
			return nil
		case !now.Swapping && time.Since(asked) > askAgain:
			asked = time.Now()
			if err := syscall.Kill(before.Supervisor, syscall.SIGHUP); err != nil {
				return fault.Wrap(err, fault.Forbidden, "platform.stop")
			}
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return refused(context.DeadlineExceeded)
}
