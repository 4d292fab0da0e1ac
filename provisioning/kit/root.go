package kit

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Root is a root of trust in words: which keys speak for which role, and how many of them it takes.
type Root struct {
	Version     int64
	Expires     time.Time
	Development bool
	Keys        map[string][]ed25519.PublicKey // by role: root, timestamp, snapshot, targets
	Threshold   int                            // of the role root; the others take one
	SignedBy    []string                       // key ids
}

// RootRole is the role whose keys make the next root.
const RootRole = metadata.ROOT

// Roles are all four, the root's first.
func Roles() []string { return append([]string{RootRole}, roles[:]...) }

// NewRoot makes the unsigned metadata of r.
func NewRoot(r Root) ([]byte, error) {
	md := metadata.Root(r.Expires.UTC().Truncate(time.Second))
	md.Signed.Version = r.Version
	if r.Development {
		md.Signed.UnrecognizedFields = map[string]any{developmentField: true}
	}
	for _, role := range Roles() {
		for _, k := range r.Keys[role] {
			key, err := metadata.KeyFromPublicKey(k)
			if err != nil {
				return nil, fmt.Errorf("take key: %w", err)
			}
			if err := md.Signed.AddKey(key, role); err != nil {
				return nil, fmt.Errorf("take key: %w", err)
			}
		}
	}
	md.Signed.Roles[RootRole].Threshold = r.Threshold
	return signed(md, nil)
}

// ReadRoot reads a root, signed or not. Nothing is verified.
func ReadRoot(raw []byte) (Root, error) {
	md, err := readRoot(raw)
	if err != nil {
		return Root{}, err
	}
	r := Root{Version: md.Signed.Version, Expires: md.Signed.Expires, Development: development(md), Keys: map[string][]ed25519.PublicKey{}, Threshold: md.Signed.Roles[RootRole].Threshold}
	for _, role := range Roles() {
		for _, id := range md.Signed.Roles[role].KeyIDs {
			k := md.Signed.Keys[id]
			if k == nil {
				return r, errors.New("a key that is not there")
			}
			public, err := k.ToPublicKey()
			if err != nil {
				return r, fmt.Errorf("read key: %w", err)
			}
			ed, ok := public.(ed25519.PublicKey)
			if !ok {
				return r, errors.New("a key of another kind")
			}
			r.Keys[role] = append(r.Keys[role], ed)
		}
	}
	for _, s := range md.Signatures {
		r.SignedBy = append(r.SignedBy, s.KeyID)
	}
	return r, nil
}

// SignRoot adds the signature of key to a root. Error: the key speaks neither for this root nor for the one before.
func SignRoot(raw, before []byte, key ed25519.PrivateKey) ([]byte, error) {
	md, err := readRoot(raw)
	if err != nil {
		return nil, err
	}
	id, err := KeyID(key.Public())
	if err != nil {
		return nil, err
	}
	speaks := slices.Contains(md.Signed.Roles[RootRole].KeyIDs, id)
	if before != nil {
		old, err := readRoot(before)
		if err != nil {
			return nil, err
		}
		speaks = speaks || slices.Contains(old.Signed.Roles[RootRole].KeyIDs, id)
	}
	if !speaks {
		return nil, ErrForeignKey
	}
	if err := addSignature(md, key); err != nil {
		return nil, err
	}
	return signed(md, nil)
}

// ErrForeignKey says that a key has no say about a root.
var ErrForeignKey = errors.New("the key speaks for no root role here")

// CheckChain verifies a chain of roots from its first one: each is signed by enough keys of the one before and of itself.
func CheckChain(chain [][]byte) error {
	if len(chain) == 0 || len(chain) > mostRoots {
		return errors.New("no chain of roots")
	}
	_, err := follow(chain)
	return err
}

// Fingerprint of a chain: the SHA-256 of its first root's bytes.
func Fingerprint(chain [][]byte) string { return fingerprint(chain[0]) }
