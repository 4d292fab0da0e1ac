package keeper

import (
	"context"
	"net"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
	"egovctl/provisioning/supervise"
)

// Holds reports whether this very instance holds its front door open at the answered address, whoever keeps it and
// whether or not a platform stands behind it: such an address is not taken by somebody else.
func Holds(ctx context.Context, look engine.Reader, site instance.Site) bool {
	want, err := net.ResolveTCPAddr("tcp", site.Answers.HTTP.Listen)
	if err != nil {
		return false
	}
	keepers := []Keeper{own{site}}
	if site.Systemd {
		keepers = append(keepers, units{site})
	}
	for _, k := range keepers {
		door, err := k.Door(ctx, look)
		if err != nil || door == "" {
			continue
		}
		if have, err := net.ResolveTCPAddr("tcp", door); err == nil && same(have, want) {
			return true
		}
	}
	return false
}

// Try opens the front door and closes it again. The kernel's error says why it cannot be had.
func Try(ctx context.Context, site instance.Site) error {
	ln, err := supervise.Listen(ctx, site)
	if err != nil {
		return err
	}
	return ln.Close()
}

// same compares addresses; every way to write "on each of this host's addresses" is the same.
func same(a, b *net.TCPAddr) bool {
	anyA, anyB := len(a.IP) == 0 || a.IP.IsUnspecified(), len(b.IP) == 0 || b.IP.IsUnspecified()
	return a.Port == b.Port && anyA == anyB && (anyA || a.IP.Equal(b.IP))
}
