package kit

import (
	"crypto"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"aead.dev/minisign"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// lifetime is how long a release may be installed after the date of its source. Kits travel on discs and lie in
// cupboards; three years is longer than any release should be the newest.
const lifetime = 3

// Signer holds what signs a kit: the chain of roots, and the keys of the roles that its newest root names.
type Signer struct {
	Roots     [][]byte             // 1.root.json and those that follow
	Timestamp []ed25519.PrivateKey //
	Snapshot  []ed25519.PrivateKey //
	Targets   []ed25519.PrivateKey //
	Download  minisign.PrivateKey  // of the signature beside the file, for public tools
}

// sign makes timestamp, snapshot and targets over a manifest. The same keys and manifest are the same bytes.
func (s Signer) sign(m Manifest, raw []byte) ([3][]byte, error) {
	var out [3][]byte
	root, err := readRoot(s.Roots[len(s.Roots)-1])
	if err != nil {
		return out, err
	}
	version, err := ParseVersion(m.Version)
	if err != nil {
		return out, err
	}
	until := m.Date.AddDate(lifetime, 0, 0).UTC().Truncate(time.Second)
	if root.Signed.Expires.Before(until) {
		until = root.Signed.Expires
	}
	n := version.Number()
	targets := metadata.Targets(until)
	targets.Signed.Version = n
	sum := sha256.Sum256(raw)
	targets.Signed.Targets[ManifestFile] = &metadata.TargetFiles{Length: int64(len(raw)), Hashes: metadata.Hashes{"sha256": sum[:]}}
	if out[2], err = signed(targets, s.Targets); err != nil {
		return out, err
	}
	snapshot := metadata.Snapshot(until)
	snapshot.Signed.Version = n
	snapshot.Signed.Meta["targets.json"] = pinned(n, out[2])
	if out[1], err = signed(snapshot, s.Snapshot); err != nil {
		return out, err
	}
	timestamp := metadata.Timestamp(until)
	timestamp.Signed.Version = n
	timestamp.Signed.Meta["snapshot.json"] = pinned(n, out[1])
	out[0], err = signed(timestamp, s.Timestamp)
	return out, err
}

func pinned(version int64, raw []byte) *metadata.MetaFiles {
	sum := sha256.Sum256(raw)
	return &metadata.MetaFiles{Length: int64(len(raw)), Hashes: metadata.Hashes{"sha256": sum[:]}, Version: version}
}

// signed adds the signatures of keys and gives the bytes in the one form that a kit holds.
func signed[T metadata.Roles](md *metadata.Metadata[T], keys []ed25519.PrivateKey) ([]byte, error) {
	for _, k := range keys {
		if err := addSignature(md, k); err != nil {
			return nil, err
		}
	}
	raw, err := md.ToBytes(false)
	if err != nil {
		return nil, fmt.Errorf("write metadata: %w", err)
	}
	return raw, nil
}

// addSignature signs md with key, in place of an earlier signature by the same one.
func addSignature[T metadata.Roles](md *metadata.Metadata[T], key ed25519.PrivateKey) error {
	signer, err := signature.LoadSigner(key, crypto.Hash(0))
	if err != nil {
		return fmt.Errorf("load key: %w", err)
	}
	id, err := KeyID(key.Public())
	if err != nil {
		return err
	}
	md.Signatures = slices.DeleteFunc(md.Signatures, func(s metadata.Signature) bool { return s.KeyID == id })
	if _, err := md.Sign(signer); err != nil {
		return fmt.Errorf("sign metadata: %w", err)
	}
	slices.SortFunc(md.Signatures, bySigner)
	return nil
}

// KeyID is the name of a public key in the metadata, 64 hexadecimal signs.
func KeyID(public crypto.PublicKey) (string, error) {
	k, err := metadata.KeyFromPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("name key: %w", err)
	}
	return k.ID() //nolint:wrapcheck // it says what it is
}
