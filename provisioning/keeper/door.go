package keeper

import (
	"context"
	"net"

	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
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

// same compares addresses; every way to write "on each of this host's addresses" is the same.
func same(a, b *net.TCPAddr) bool {
	anyA, anyB := len(a.IP) == 0 || a.IP.IsUnspecified(), len(b.IP) == 0 || b.IP.IsUnspecified()
	return a.Port == b.Port && anyA == anyB && (anyA || a.IP.Equal(b.IP))
}
