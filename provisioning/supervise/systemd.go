package supervise

import (
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"egovctl/platform/kernel/fault"
)

// The variables by which systemd hands over, see sd_listen_fds(3) and sd_notify(3).
const (
	listenFDs    = "LISTEN_FDS"
	listenPID    = "LISTEN_PID"
	notifySocket = "NOTIFY_SOCKET"
	firstFD      = 3
)

// Inherited is the front door that the starter of this process holds open: whoever ran `egovctl start`, systemd, or the
// supervisor before us. Fault: invalid "supervise.socket".
func Inherited(getenv func(string) string) (*os.File, error) {
	fd, err := strconv.Atoi(getenv(ListenFD))
	if getenv(ListenFD) == "" && getenv(listenPID) == strconv.Itoa(os.Getpid()) && getenv(listenFDs) != "" {
		fd, err = firstFD, nil
	}
	for _, name := range []string{ListenFD, listenFDs, listenPID, "LISTEN_FDNAMES"} {
		_ = os.Unsetenv(name) // our own children must not take it for theirs
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "supervise.socket")
	}
	listening, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	if err != nil || listening != 1 {
		return nil, fault.Wrap(err, fault.Invalid, "supervise.socket")
	}
	return os.NewFile(uintptr(fd), "listener"), nil
}

// tellReady says READY to systemd, once, where it runs us. A name that begins with @ is one without a file. That nobody
// takes it shows as a start that does not end, in systemd's own log.
func tellReady() {
	socket := os.Getenv(notifySocket)
	if socket == "" {
		return
	}
	_ = os.Unsetenv(notifySocket)
	if strings.HasPrefix(socket, "@") {
		socket = "\x00" + socket[1:]
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		return
	}
	_, _ = conn.Write([]byte("READY=1"))
	_ = conn.Close()
}
