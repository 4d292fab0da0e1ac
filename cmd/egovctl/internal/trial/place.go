package trial

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"
)

// Place is where one instance is tried: a folder of its own that the instance's account can reach, a name and a port
// that no other instance on this host has. Everything goes when the test ends, whatever state it is in then.
type Place struct {
	T        testing.TB
	Binary   string // a link of its own, so that it is there for the clean-up as well
	Base     string // holds Root and nothing of the product's
	Root     string
	Instance string
	Listen   string
	Lang     string   // --lang of every command; "" leaves the flag out
	Through  []string // command line in front of egovctl's own, such as one that opens a namespace

	// Rest is what each client that files takes after an answer. Without one they file as fast as the host lets them, and take it
	Called string // begins the keys of what clients file from now on
	// from what is under trial.
	Rest time.Duration
}

var places atomic.Int32

// New makes a place for the egovctl of this test run.
func New(t testing.TB) *Place {
	t.Helper()
	p, w, err := lay(Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.end(); err != nil {
			t.Errorf("clean up %s: %v", p.Base, err)
		}
	})
	return p.For(t)
}

// For is the same place, for the use of another test.
func (p *Place) For(t testing.TB) *Place {
	q := *p
	q.T = t
	return &q
}

func lay(binary string) (*Place, *watcher, error) {
	base, err := os.MkdirTemp("", "egovctl-trial-")
	if err != nil {
		return nil, nil, fmt.Errorf("make folder: %w", err)
	}
	p := &Place{
		Base: base, Binary: filepath.Join(base, "egovctl"), Root: filepath.Join(base, "root"), Lang: "en",
		Instance: fmt.Sprintf("t%d-%d", os.Getpid(), places.Add(1)),
	}
	w, err := watch(clean, "BASE="+base, "ROOT="+p.Root, "EGOVCTL="+p.Binary, "ACCOUNT="+p.Account())
	if err != nil {
		return nil, nil, err
	}
	if err := os.Chmod(base, 0o755); err != nil { //nolint:gosec // the instance's account must be able to pass
		return nil, nil, err
	}
	if err := os.Link(binary, p.Binary); err != nil {
		if err := copyFile(binary, p.Binary); err != nil {
			return nil, nil, err
		}
	}
	p.Listen, w.claim, err = freeAddress()
	return p, w, err
}

// clean removes an instance in any state: in the proper way first, then by force.
const clean = `
"$EGOVCTL" uninstall --root "$ROOT" --purge-data --yes >/dev/null 2>&1
for round in 1 2 3 4 5 6 7 8 9 10; do # one may have started another while we looked
  found=
  for p in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$p/cmdline" | grep -qF -- "$BASE/"; then
      found=yes
      kill -9 "${p#/proc/}" 2>/dev/null
    fi
  done 2>/dev/null
  [ -n "$found" ] || break
  sleep 0.1
done
grep -F " $BASE/" /proc/mounts | while read -r _ at _; do umount -l "$at"; done
rm -rf "$BASE" || { sleep 1; rm -rf "$BASE"; }
if [ "$(id -u)" = 0 ]; then
  if getent passwd "$ACCOUNT" >/dev/null; then userdel "$ACCOUNT"; fi
  if getent group "$ACCOUNT" >/dev/null; then groupdel "$ACCOUNT"; fi
  rm -rf "/run/$ACCOUNT"
fi
[ ! -e "$BASE" ]
`

// Account is the local account that runs the instance when root installs it.
func (p *Place) Account() string { return "egov-" + p.Instance }

// URL is the address of the instance.
func (p *Place) URL() string { return "http://" + p.Listen }

// At is a path below Root.
func (p *Place) At(parts ...string) string {
	return filepath.Join(append([]string{p.Root}, parts...)...)
}

// AsRoot reports whether the tests, and so the product, run as root.
func AsRoot() bool { return os.Getuid() == 0 }

// First and last port for instances under trial.
const (
	firstPort = 18100
	lastPort  = 18199
)

var ports atomic.Int32

// freeAddress finds an address at which nobody listens, and keeps it from every other place on this host until claim is
// closed: an instance that is stopped for a moment finds its port free again.
func freeAddress() (address string, claim io.Closer, err error) {
	const n = lastPort - firstPort + 1
	for range n {
		port := firstPort + (os.Getpid()*7+int(ports.Add(1)))%n
		// An abstract socket is a lock that ends with its process and leaves no file behind.
		claim, err = net.Listen("unix", fmt.Sprintf("@egovctl-trial-%d", port))
		if err != nil {
			continue
		}
		address = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		if ln, err := net.Listen("tcp", address); err == nil {
			return address, claim, ln.Close()
		}
		if err := claim.Close(); err != nil {
			return "", nil, err
		}
	}
	return "", nil, fmt.Errorf("every port from %d to %d is in use", firstPort, lastPort)
}

func copyFile(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("copy program: %w", err)
	}
	return os.WriteFile(to, raw, 0o755) //nolint:gosec // a program
}
