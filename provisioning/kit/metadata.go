package kit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// The forms of TUF metadata that a kit may hold. TUF itself allows white space, unknown signatures and much else beside
// what is signed; here every byte is either signed or the only one that could stand there, so that a changed bit is
// always seen.

// developmentField marks, under the root's own signatures, a root that anybody may make.
const developmentField = "x-egovctl-development"

// canonical parses raw and makes sure that no other bytes mean the same.
func canonical[T metadata.Roles](empty *metadata.Metadata[T], raw []byte) (*metadata.Metadata[T], error) {
	md, err := empty.FromBytes(raw)
	if err != nil {
		return nil, fmt.Errorf("read metadata: %w", err)
	}
	if !slices.IsSortedFunc(md.Signatures, bySigner) {
		return nil, errors.New("signatures out of order")
	}
	again, err := md.ToBytes(false)
	if err != nil || !bytes.Equal(again, raw) {
		return nil, errors.Join(errors.New("metadata in another form than ours"), err)
	}
	return md, nil
}

func bySigner(a, b metadata.Signature) int { return cmp.Compare(a.KeyID, b.KeyID) }

// everySignature makes sure that each signature of md is one for role under one of roots: none is there for show.
func everySignature[T metadata.Roles](md *metadata.Metadata[T], role string, roots ...*metadata.Metadata[metadata.RootType]) error {
	for _, s := range md.Signatures {
		one := *md
		one.Signatures = []metadata.Signature{s}
		if !slices.ContainsFunc(roots, func(r *metadata.Metadata[metadata.RootType]) bool { return signedOnce(r, role, s.KeyID, &one) }) {
			return fmt.Errorf("a signature of nobody's on %s", role)
		}
	}
	return nil
}

// signedOnce reports whether the one signature of md, by key, is good for role under root, whatever the threshold.
func signedOnce(root *metadata.Metadata[metadata.RootType], role, key string, md any) bool {
	r, ok := root.Signed.Roles[role]
	if !ok || !slices.Contains(r.KeyIDs, key) {
		return false
	}
	alone := metadata.Root(root.Signed.Expires)
	alone.Signed.Keys = root.Signed.Keys
	alone.Signed.Roles[role] = &metadata.Role{KeyIDs: []string{key}, Threshold: 1}
	return alone.VerifyDelegate(role, md) == nil
}

// readRoot parses a root of ours: Ed25519 keys alone, the four roles, each with a threshold that can be met.
func readRoot(raw []byte) (*metadata.Metadata[metadata.RootType], error) {
	md, err := canonical(metadata.Root(), raw)
	if err != nil {
		return nil, err
	}
	for id, k := range md.Signed.Keys {
		if k == nil || k.Type != "ed25519" || k.Scheme != "ed25519" {
			return nil, fmt.Errorf("key %s of another kind", id)
		}
		if own, err := k.ID(); err != nil || own != id {
			return nil, fmt.Errorf("key %s under another name", id)
		}
	}
	if len(md.Signed.Roles) != 1+len(roles) {
		return nil, errors.New("other roles than ours")
	}
	for _, name := range append([]string{metadata.ROOT}, roles[:]...) {
		r := md.Signed.Roles[name]
		if r == nil || r.Threshold < 1 || r.Threshold > len(r.KeyIDs) || len(r.KeyIDs) > mostKeys {
			return nil, fmt.Errorf("role %s cannot be met", name)
		}
	}
	return md, nil
}

// mostKeys of one role.
const mostKeys = 50

// Development reports whether a root says of itself that anybody may have made it.
func development(root *metadata.Metadata[metadata.RootType]) bool {
	yes, _ := root.Signed.UnrecognizedFields[developmentField].(bool)
	return yes
}

// pins makes sure that timestamp, snapshot and targets name nothing but each other and the manifest, by length and hash.
func pins(timestamp *metadata.Metadata[metadata.TimestampType], snapshot *metadata.Metadata[metadata.SnapshotType], targets *metadata.Metadata[metadata.TargetsType]) error {
	for _, m := range []map[string]*metadata.MetaFiles{timestamp.Signed.Meta, snapshot.Signed.Meta} {
		for _, f := range m {
			if len(m) != 1 || f == nil || f.Length < 1 || len(f.Hashes) != 1 || len(f.Hashes["sha256"]) != 32 {
				return errors.New("metadata that pins nothing")
			}
		}
	}
	t := targets.Signed.Targets[ManifestFile]
	if t == nil || len(targets.Signed.Targets) != 1 || targets.Signed.Delegations != nil || len(t.Hashes) != 1 || len(t.Hashes["sha256"]) != 32 {
		return errors.New("targets other than the manifest")
	}
	return nil
}
