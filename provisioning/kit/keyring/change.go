package keyring

import (
	"crypto/ed25519"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/kit"
)

// Rotate replaces the release keys and renews the root for its full time. The root keys in the folder sign; when they are
// too few, the new root waits for Sign, and kits go on being signed with the old keys until then.
func (r *Ring) Rotate(now time.Time) error {
	next, err := r.newest()
	if err != nil {
		return err
	}
	signers, err := r.holders(next)
	if err != nil {
		return err
	}
	if err := r.newRelease(&next); err != nil {
		return err
	}
	return r.propose(next, signers, now)
}

// Revoke takes a key out of the root: a holder's is replaced by a new one, one of the release keys by new release keys.
// Fault: invalid "kit.keys.unknown".
func (r *Ring) Revoke(id string, now time.Time) error {
	next, err := r.newest()
	if err != nil {
		return err
	}
	role, full := find(next, id)
	switch {
	case full == "":
		return fault.New(fault.Invalid, "kit.keys.unknown", "id", id)
	case role != kit.RootRole:
		return r.Rotate(now)
	}
	signers, err := r.holders(next)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(slices.Clone(signers), func(k heldKey) bool { return k.id == full })
	enough := len(others) >= next.Threshold // else the key that goes must sign its own going, as TUF demands
	next.Keys[kit.RootRole] = slices.DeleteFunc(next.Keys[kit.RootRole], func(k ed25519.PublicKey) bool { have, _ := kit.KeyID(k); return have == full })
	fresh, err := r.newHolder(&next)
	if err != nil {
		return err
	}
	if enough {
		signers = others
	}
	return r.propose(next, append(signers, fresh), now)
}

// Sign adds the signature of the key in file, a holder's on whatever machine, to the root that waits. Faults: invalid
// "kit.keys.nothing" (no root waits), "kit.keys.foreign".
func (r *Ring) Sign(file string) error {
	raw, _, err := r.pending()
	if err != nil {
		return err
	}
	if raw == nil {
		return fault.New(fault.Invalid, "kit.keys.nothing", "path", r.dir)
	}
	c, err := r.unseal(file, filepath.Base(file))
	if err != nil {
		return err
	}
	seed, ok := c.Seeds[kit.RootRole]
	if !ok {
		return fault.New(fault.Invalid, "kit.keys.foreign", "path", file)
	}
	signed, err := kit.SignRoot(raw, r.Roots[len(r.Roots)-1], ed25519.NewKeyFromSeed(seed))
	if errors.Is(err, kit.ErrForeignKey) {
		return fault.Wrap(err, fault.Invalid, "kit.keys.foreign", "path", file)
	}
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "kit.keys.damaged", "path", r.dir)
	}
	return r.settle(signed)
}

// pending is the root that waits for signatures; nil when none does. One that has been overtaken waits no more.
func (r *Ring) pending() ([]byte, kit.Root, error) {
	raw, err := os.ReadFile(r.path(pendingRoot))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, kit.Root{}, nil
	}
	if err != nil {
		return nil, kit.Root{}, fault.Wrap(err, fault.Invalid, "kit.keys.damaged", "path", r.dir)
	}
	root, err := kit.ReadRoot(raw)
	if err != nil {
		return nil, root, fault.Wrap(err, fault.Invalid, "kit.keys.damaged", "path", r.dir)
	}
	if root.Version <= int64(len(r.Roots)) {
		return nil, root, nil
	}
	return raw, root, nil
}

// propose makes the next root, signed by signers.
func (r *Ring) propose(next kit.Root, signers []heldKey, now time.Time) error {
	next.Version, next.Expires = int64(len(r.Roots)+1), now.UTC().AddDate(rootYears, 0, 0)
	raw, err := kit.NewRoot(next)
	if err != nil {
		return err
	}
	var before []byte
	if len(r.Roots) > 0 {
		before = r.Roots[len(r.Roots)-1]
	}
	for _, k := range signers {
		if raw, err = kit.SignRoot(raw, before, k.key); err != nil {
			return err
		}
	}
	return r.settle(raw)
}

// settle puts a root that enough holders have signed into the chain, and any other one aside.
func (r *Ring) settle(raw []byte) error {
	chain := append(slices.Clone(r.Roots), raw)
	if kit.CheckChain(chain) != nil {
		return r.write(pendingRoot, raw, 0o644)
	}
	if err := r.write(strconv.Itoa(len(chain))+rootSuffix, raw, 0o644); err != nil {
		return err
	}
	r.Roots = chain
	return disk.Remove(disk.OS{}, r.path(pendingRoot))
}

// holders opens the root keys in the folder that have a say about root.
func (r *Ring) holders(root kit.Root) ([]heldKey, error) {
	names, err := filepath.Glob(r.path(rootKey + "*" + keySuffix))
	if err != nil {
		return nil, err
	}
	var out []heldKey
	for _, path := range names {
		name := filepath.Base(path)
		role, id := find(root, strings.TrimSuffix(name[strings.LastIndexByte(name, '-')+1:], keySuffix))
		if role != kit.RootRole {
			continue // of a root that is gone
		}
		c, err := r.unseal(path, name)
		if err != nil {
			return nil, err
		}
		seed, ok := c.Seeds[kit.RootRole]
		if !ok {
			return nil, fault.New(fault.Invalid, "kit.keys.unreadable", "path", path)
		}
		key := ed25519.NewKeyFromSeed(seed)
		if have, err := kit.KeyID(key.Public()); err != nil || have != id {
			return nil, fault.New(fault.Invalid, "kit.keys.unreadable", "path", path)
		}
		out = append(out, heldKey{id, key})
	}
	return out, nil
}

// find looks for the key of root whose id begins with start, of at least eight signs.
func find(root kit.Root, start string) (role, id string) {
	for _, role := range kit.Roles() {
		for _, k := range root.Keys[role] {
			if id, err := kit.KeyID(k); err == nil && len(start) >= 8 && strings.HasPrefix(id, start) {
				return role, id
			}
		}
	}
	return "", ""
}
