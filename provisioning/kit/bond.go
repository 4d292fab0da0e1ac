package kit

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"egovctl/platform/kernel/fault"
)

// bondName is an extended attribute of ROOT in the kernel's class "trusted": only root can write, remove or even see it. ROOT and
// all that lies in it belong to the instance's account, which could put another folder in the place of etc/trust.
const bondName = "trusted.egovctl.trust"

// bond is what of the trust of an instance its own account cannot change.
type bond struct {
	Fingerprint string          `json:"fingerprint"`
	Seen        map[string]seen `json:"seen"`
}

// mostBond bounds what is read of one, in bytes.
const mostBond = 4096

// readBond reads that of the folder root; ok is false where there is none, or this account is not the one to see it. Fault:
// refused "kit.trust.damaged".
func readBond(root string) (b bond, ok bool, err error) {
	if root == "" {
		return b, false, nil
	}
	raw := make([]byte, mostBond)
	n, err := unix.Lgetxattr(root, bondName, raw)
	switch {
	case errors.Is(err, unix.ENODATA), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.EPERM), errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENOTDIR):
		return b, false, nil
	case err == nil:
		err = json.Unmarshal(raw[:n], &b)
	}
	if err != nil || len(b.Fingerprint) != 64 {
		return b, false, fault.Wrap(err, fault.Refused, "kit.trust.damaged", "path", root)
	}
	return b, true, nil
}

// bound holds what is stored against the bond of ROOT. What was seen is the newer of both. Fault: refused "kit.trust.lost" when
// another root is stored, or none and nobody vouches for the one of the bond.
func (s *store) bound(b bond, fingerprintGiven string) error {
	have := Plain(fingerprintGiven)
	if s.trusts() {
		have = fingerprint(s.roots[0])
	}
	if have != b.Fingerprint {
		return fault.New(fault.Refused, "kit.trust.lost", "fingerprint", Grouped(b.Fingerprint))
	}
	for kind, old := range b.Seen {
		v, err := ParseVersion(old.Version)
		if err != nil {
			return fault.Wrap(err, fault.Refused, "kit.trust.damaged", "path", bondName)
		}
		if now, err := ParseVersion(s.state.Seen[kind].Version); err != nil || now.Compare(v) < 0 {
			s.state.Seen[kind] = old
		}
	}
	return nil
}

// Bind notes on ROOT itself what Remember has stored in folder. Only root can, and only on a file system that keeps such
// attributes; elsewhere what is stored stands alone.
func (v *Verified) Bind(root, folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	s, err := load(folder)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(bond{Fingerprint: v.Fingerprint(), Seen: s.state.Seen})
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	have := make([]byte, mostBond)
	if n, err := unix.Lgetxattr(root, bondName, have); err == nil && bytes.Equal(have[:n], raw) {
		return nil
	}
	err = unix.Lsetxattr(root, bondName, raw, 0)
	if errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EPERM) {
		return nil
	}
	return err
}
