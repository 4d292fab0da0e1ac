package port

import (
	"net"
	"os"
	"syscall"
	"testing"
)

// Whether a low port is root's alone differs from host to host, so what the kernel says is given here.
func TestAMissingRightIsToldApartFromATakenPort(t *testing.T) {
	for errno, key := range map[syscall.Errno]string{syscall.EACCES: "check.port.privileged", syscall.EADDRINUSE: "check.port.taken",
		syscall.EADDRNOTAVAIL: "check.port.taken"} {
		err := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", errno)}
		if got := refused(err, "0.0.0.0:80"); got.Key != key || got.Args["address"] != "0.0.0.0:80" {
			t.Errorf("%v is told as %s %v", err, got.Key, got.Args)
		}
	}
}
