package keyring

import (
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/kit"
)

// Signer opens the release keys that the newest root names. Faults: those of the key file, invalid "kit.keys.expired"
// when the root has ended by date.
func (r *Ring) Signer(date time.Time) (kit.Signer, error) {
	root, err := r.newest()
	if err != nil {
		return kit.Signer{}, err
	}
	if !date.Before(root.Expires) {
		return kit.Signer{}, fault.New(fault.Invalid, "kit.keys.expired", "date", root.Expires.Format("02/01/2006"))
	}
	id, err := kit.KeyID(root.Keys[kit.Roles()[3]][0])
	if err != nil {
		return kit.Signer{}, err
	}
	name := releaseKey + short(id) + keySuffix
	c, err := r.unseal(r.path(name), name)
	if err != nil {
		return kit.Signer{}, err
	}
	s := kit.Signer{Roots: r.Roots}
	for role, to := range map[string]*[]ed25519.PrivateKey{kit.Roles()[1]: &s.Timestamp, kit.Roles()[2]: &s.Snapshot, kit.Roles()[3]: &s.Targets} {
		if len(c.Seeds[role]) == 0 {
			return s, fault.New(fault.Invalid, "kit.keys.unreadable", "path", r.path(name))
		}
		*to = []ed25519.PrivateKey{ed25519.NewKeyFromSeed(c.Seeds[role])}
	}
	if err := s.Download.UnmarshalText([]byte(c.Download)); err != nil {
		return s, fault.New(fault.Invalid, "kit.keys.unreadable", "path", r.path(name))
	}
	return s, nil
}

// Development opens the ring for development in dir, and makes it when there is none. Its root says what it is: anybody
// may make one.
func Development(dir string, now time.Time) (*Ring, error) {
	o := Options{Dir: dir}
	r, err := Open(o)
	if f := fault.From(err); err != nil && f.Key == "kit.keys.absent" {
		if r, err = Init(o, 1, 1, now); fault.From(err).Key == "kit.keys.there" {
			r, err = Open(o) // another process was faster
		}
	}
	if err != nil {
		return nil, err
	}
	if root, err := r.newest(); err != nil || !root.Development {
		return nil, errors.Join(err, fault.New(fault.Invalid, "kit.keys.damaged", "path", dir))
	}
	return r, nil
}

// Status is a ring in words.
type Status struct {
	Fingerprint string
	Development bool
	Version     int64 // of the newest root
	Expires     time.Time
	Threshold   int
	Keys        []Key
	Public      string   // the key of public tools
	Pending     *Pending // a root that waits for signatures; nil for none
}

// Key is one key of the newest root.
type Key struct {
	Role string
	ID   string
	Here bool // its file is in the folder
}

// Pending is a root that waits.
type Pending struct {
	Version  int64
	SignedBy []string
}

// Status reads the public part: no passphrase is asked for.
func (r *Ring) Status() (Status, error) {
	root, err := r.newest()
	if err != nil {
		return Status{}, err
	}
	s := Status{Fingerprint: r.Fingerprint(), Development: root.Development, Version: root.Version, Expires: root.Expires, Threshold: root.Threshold}
	release := ""
	for _, role := range slices.Backward(kit.Roles()) { // the release keys' file is named for the last role
		for _, k := range root.Keys[role] {
			id, err := kit.KeyID(k)
			if err != nil {
				return s, err
			}
			file := rootKey + "*-" + short(id) + keySuffix
			if role != kit.RootRole {
				if release == "" {
					release = releaseKey + short(id) + keySuffix
				}
				file = release
			}
			have, err := filepath.Glob(r.path(file))
			if err != nil {
				return s, err
			}
			s.Keys = append(s.Keys, Key{role, id, len(have) > 0})
		}
	}
	slices.Reverse(s.Keys)
	if raw, err := os.ReadFile(r.path(strings.TrimSuffix(release, keySuffix) + publicSuffix)); err == nil {
		s.Public = publicKey(string(raw))
	}
	raw, next, err := r.pending()
	if err == nil && raw != nil {
		s.Pending = &Pending{next.Version, next.SignedBy}
	}
	return s, err
}

// publicKey is the one line of a public key file that is the key.
func publicKey(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
