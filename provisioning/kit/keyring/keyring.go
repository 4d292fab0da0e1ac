// Package keyring is the folder that a publisher of kits keeps: the chain of roots, which is public, and the keys, each
// holder's in a file of its own that a passphrase opens. Root keys stay on machines without a network and come together
// only to make the next root; the release keys sign kits. Begin with Init and Ring.Signer.
package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/engine/disk"
	"egovctl/provisioning/kit"
)

// rootYears is how long a root may be followed from the day on which it was made. It is renewed by making the next one.
const rootYears = 10

// The names in the folder.
const (
	rootSuffix   = ".root.json"
	pendingRoot  = "pending" + rootSuffix // awaits the signatures of more holders
	keySuffix    = ".key"
	rootKey      = "root-"
	releaseKey   = "release-"
	publicSuffix = ".pub" // of the key of public tools, beside the release keys
)

// Pass asks for the passphrase of a key: "release", or "root-2" for the second holder's.
type Pass func(label string) (secret.String, error)

// Ring is an open folder.
type Ring struct {
	dir    string
	pass   Pass
	effort int // of scrypt, as a power of two; 0 for age's own
	Roots  [][]byte
}

// Options say how a ring is opened.
type Options struct {
	Dir    string
	Pass   Pass // nil: keys stand in their files as they are, for development
	Effort int  // power of two of scrypt's work; 0 for the full one. Only tests ask for less
}

// Open reads the public part of the folder. Faults: invalid "kit.keys.absent", "kit.keys.damaged".
func Open(o Options) (*Ring, error) {
	r, err := ring(o)
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		raw, err := os.ReadFile(r.path(strconv.Itoa(n) + rootSuffix))
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "kit.keys.damaged", "path", r.dir)
		}
		r.Roots = append(r.Roots, raw)
	}
	if len(r.Roots) == 0 {
		return nil, fault.New(fault.Invalid, "kit.keys.absent", "path", r.dir)
	}
	if err := kit.CheckChain(r.Roots); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.keys.damaged", "path", r.dir)
	}
	return r, nil
}

func ring(o Options) (*Ring, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("find folder: %w", err)
	}
	return &Ring{dir: dir, pass: o.Pass, effort: o.Effort}, nil
}

// Init makes a ring in a folder that is new or empty: one key for each of the holders, of whom threshold must sign a
// root, and the release keys. Faults: invalid "kit.keys.there", "kit.keys.threshold".
func Init(o Options, holders, threshold int, now time.Time) (*Ring, error) {
	r, err := ring(o)
	if err != nil {
		return nil, err
	}
	if threshold < 1 || holders < threshold || holders > 20 {
		return nil, fault.New(fault.Invalid, "kit.keys.threshold", "holders", holders, "threshold", threshold)
	}
	if have, err := os.ReadDir(r.dir); err == nil && len(have) > 0 {
		return nil, fault.New(fault.Invalid, "kit.keys.there", "path", r.dir)
	}
	// Made aside and renamed: a ring is whole or not there, also for two who begin at the same time.
	if _, err := disk.MkdirAll(disk.OS{}, filepath.Dir(r.dir), 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.keys.unwritable", "path", r.dir)
	}
	home := r.dir
	if r.dir, err = os.MkdirTemp(filepath.Dir(home), ".keys-*"); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.keys.unwritable", "path", home)
	}
	defer func() { _ = os.RemoveAll(r.dir); r.dir = home }() // nothing is left under that name after the rename
	if err := r.begin(holders, threshold, now); err != nil {
		return nil, err
	}
	if err := disk.Rename(disk.OS{}, r.dir, home); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "kit.keys.there", "path", home)
	}
	return r, nil
}

// begin makes the first root and its keys.
func (r *Ring) begin(holders, threshold int, now time.Time) error {
	next := kit.Root{Version: 1, Threshold: threshold, Development: r.pass == nil}
	if err := r.newRelease(&next); err != nil {
		return err
	}
	var signers []heldKey
	for range holders {
		k, err := r.newHolder(&next)
		if err != nil {
			return err
		}
		signers = append(signers, k)
	}
	return r.propose(next, signers, now)
}

// Fingerprint of the ring's first root: what the letter says.
func (r *Ring) Fingerprint() string { return kit.Fingerprint(r.Roots) }

func (r *Ring) path(name string) string { return filepath.Join(r.dir, name) }

func (r *Ring) write(name string, raw []byte, mode fs.FileMode) error {
	if err := disk.WriteFile(disk.OS{}, r.path(name), raw, mode); err != nil {
		return fault.Wrap(err, fault.Invalid, "kit.keys.unwritable", "path", r.path(name))
	}
	return nil
}

// newest is the root that counts now.
func (r *Ring) newest() (kit.Root, error) { return kit.ReadRoot(r.Roots[len(r.Roots)-1]) }
