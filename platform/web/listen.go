package web

import (
	"net"
	"os"
	"strconv"
	"syscall"

	"egovctl/platform/kernel/fault"
)

// The variables by which a listening socket is inherited. The first two are systemd's protocol (sd_listen_fds(3));
// the third is our own supervisor's, which cannot know the process number of its child before it starts it.
const (
	listenFDs = "LISTEN_FDS"
	listenPID = "LISTEN_PID"
	ListenFD  = "EGOV_LISTEN_FD"
)

// firstFD is the descriptor at which systemd begins to hand over.
const firstFD = 3

// Listen takes the socket that this process inherited, else opens addr (host:port). Over an inherited socket a release
// can change without a refused connection: the queue of the kernel outlives the process. An address in use is
// fault.Finding, an inherited descriptor that is no listening socket fault.Invalid.
func Listen(addr string) (net.Listener, error) {
	fd, ok := inherited(os.Getenv, os.Getpid())
	for _, name := range []string{listenFDs, listenPID, "LISTEN_FDNAMES", ListenFD} {
		_ = os.Unsetenv(name) // our own children must not take it for theirs
	}
	if ok {
		return adopt(fd)
	}
	ln, err := net.Listen("tcp", addr) //nolint:noctx // at the start there is nothing to cancel
	if err != nil {
		return nil, fault.Wrap(err, fault.Finding, "web.listen", "address", addr)
	}
	return ln, nil
}

// inherited tells the descriptor that the environment names, if it is meant for this process.
func inherited(getenv func(string) string, pid int) (fd uintptr, ok bool) {
	if n, err := strconv.Atoi(getenv(ListenFD)); err == nil && n >= firstFD {
		return uintptr(n), true
	}
	forUs := getenv(listenPID) == strconv.Itoa(pid)
	if n, err := strconv.Atoi(getenv(listenFDs)); err == nil && n >= 1 && forUs {
		return firstFD, true
	}
	return 0, false
}

func adopt(fd uintptr) (net.Listener, error) {
	syscall.CloseOnExec(int(fd))
	file := os.NewFile(fd, "inherited socket")
	defer func() { _ = file.Close() }() // FileListener works on a duplicate
	listening, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	if err != nil || listening != 1 {
		return nil, fault.Wrap(err, fault.Invalid, "web.inherited", "fd", fd)
	}
	ln, err := net.FileListener(file)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "web.inherited", "fd", fd)
	}
	return ln, nil
}
