package supervise_test

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// slowEnd makes the test binary a supervisor that takes long to end.
const slowEnd = "slow-end"

// endSlowly holds memory in small pages: the kernel takes the command line away first, then gives these pages back, and
// only then closes the listening socket.
func endSlowly() {
	const size = 512 << 20
	held, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err == nil {
		err = unix.Madvise(held, unix.MADV_NOHUGEPAGE)
	}
	if err != nil {
		panic(err)
	}
	for i := 0; i < size; i += 4096 {
		held[i] = 1
	}
	pipe := os.NewFile(4, "ready")
	_, _ = pipe.Write([]byte{1})
	time.Sleep(time.Minute)
}

// When Stop returns, the address is free: a start right after it must not find our own ending process there.
func TestTheAddressIsFreeAfterAStop(t *testing.T) {
	for range 5 {
		site := instance.Site{Root: instance.Root(t.TempDir())}
		if err := os.MkdirAll(site.Root.Run(), 0o755); err != nil {
			t.Fatal(err)
		}
		address, pid := slowSupervisor(t)
		state, err := json.Marshal(supervise.State{Supervisor: pid, Address: address})
		if err == nil {
			err = os.WriteFile(supervise.StateFile(site.Root), state, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := supervise.Stop(t.Context(), site); err != nil {
			t.Fatal(err)
		}
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = ln.Close()
	}
}

func slowSupervisor(t *testing.T) (address string, pid int) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	socket, err := ln.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	ready, said, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, supervise.Command, slowEnd)
	c.ExtraFiles = []*os.File{socket, said}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	_ = socket.Close()
	_ = said.Close()
	if _, err := ready.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return ln.Addr().String(), c.Process.Pid
}
