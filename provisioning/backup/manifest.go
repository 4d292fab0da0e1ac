package backup

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"time"

	"egovctl/platform/audit"
	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/backup/dump"
	"egovctl/provisioning/backup/target"
)

// Names of the members.
const (
	ManifestMember  = "manifest.json"
	SignatureMember = "manifest.sig"
	DatabaseMember  = "database.dump.zst.age"
	FilesMember     = "files.tar.zst.age"
	StateMember     = "state.tar.zst.age"
)

// format is the only layout of a set that there is.
const format = 1

// longestManifest bounds what is read of one, in bytes; a hundred tables take about 20 kB.
const longestManifest = 16 << 20

// Manifest says what a set holds. It names no person and holds no secret, so that it can be read without a key.
type Manifest struct {
	Format     int          `json:"format"`
	Product    string       `json:"product"`
	ID         string       `json:"id"`
	Instance   string       `json:"instance"`
	Profile    string       `json:"profile"`
	Version    string       `json:"version"` // release that ran
	MadeAt     time.Time    `json:"made_at"` // of the snapshot
	Postgres   int          `json:"postgres_major"`
	Schemas    []Schema     `json:"schemas"`
	Tables     []dump.Table `json:"tables"`
	Kinds      []Kind       `json:"kinds"`
	Audit      *audit.Head  `json:"audit_head"` // newest one in the snapshot, null before the first seal
	Recipients []string     `json:"recipients"` // public keys that can open the members
	Members    []Member     `json:"members"`    // without manifest and signature
}

// Schema is how far the migrations of one schema had come.
type Schema struct {
	Name    string `json:"schema"`
	Version int64  `json:"version"`
}

// Kind is one kind of state that is kept in files: files, answers, secrets, trust, local, journal, settings.
type Kind struct {
	Name   string `json:"kind"`
	Files  int64  `json:"files"`
	Bytes  int64  `json:"bytes"`
	Digest string `json:"digest"` // SHA-256 over path, mode and content of each in order, hex
}

// Member is a stored part: its size in bytes and the SHA-256, in hex, of the stored bytes.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all members.
func (m Manifest) Bytes() (n int64) {
	for _, x := range m.Members {
		n += x.Size
	}
	return n
}

// Rows is how many rows all tables have.
func (m Manifest) Rows() (n int64) {
	for _, t := range m.Tables {
		n += t.Rows
	}
	return n
}

// Files is how many attachments the set holds.
func (m Manifest) Files() int64 { return m.kind(kindFiles).Files }

func (m Manifest) kind(name string) Kind {
	for _, k := range m.Kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{Name: name}
}

func (m Manifest) member(name string) Member {
	for _, x := range m.Members {
		if x.Name == name {
			return x
		}
	}
	return Member{Name: name}
}

// Read reads the manifest of a set and holds it against its signature. trusted is the instance's own key; nil where there is
// none to hold it against, as on a bare host: then the signature must still be that of the key which came with the set,
// which is returned. Faults: NotFound "backup.none"; finding "backup.damaged", naming the member; refused "backup.signer" for
// a set that another key has signed; refused "backup.format" for one of a later release.
func Read(ctx context.Context, from target.Target, id string, trusted ed25519.PublicKey) (Manifest, ed25519.PublicKey, error) {
	raw, err := small(ctx, from, id, ManifestMember)
	if fault.Is(err, fault.NotFound) {
		if _, there := from.Members(ctx, id); there != nil {
			return Manifest{}, nil, fault.Wrap(err, fault.NotFound, "backup.none", "id", id)
		}
		return Manifest{}, nil, damaged(err, from, id, ManifestMember, "backup.why.missing")
	}
	if err != nil {
		return Manifest{}, nil, err
	}
	sig, err := small(ctx, from, id, SignatureMember)
	if fault.Is(err, fault.NotFound) {
		return Manifest{}, nil, damaged(err, from, id, SignatureMember, "backup.why.missing")
	}
	if err != nil {
		return Manifest{}, nil, err
	}
	if len(sig) != ed25519.PublicKeySize+ed25519.SignatureSize {
		return Manifest{}, nil, damaged(nil, from, id, SignatureMember, "backup.why.size")
	}
	key, signature := ed25519.PublicKey(sig[:ed25519.PublicKeySize]), sig[ed25519.PublicKeySize:]
	if !ed25519.Verify(key, raw, signature) {
		return Manifest{}, nil, damaged(nil, from, id, ManifestMember, "backup.why.signature")
	}
	if trusted != nil && !trusted.Equal(key) {
		return Manifest{}, nil, fault.New(fault.Refused, "backup.signer", "id", id)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil || m.Format < 1 {
		return Manifest{}, nil, damaged(err, from, id, ManifestMember, "backup.why.form")
	}
	if m.Format != format {
		return Manifest{}, nil, fault.New(fault.Refused, "backup.format", "id", id, "version", m.Version)
	}
	if m.ID != id {
		return Manifest{}, nil, fault.New(fault.Finding, "backup.renamed", "id", id, "was", m.ID)
	}
	return m, key, nil
}

// write renders a manifest and its signature: the public key, then 64 bytes of ed25519.
func (m Manifest) write(ctx context.Context, to target.Target, key ed25519.PrivateKey) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	raw = append(raw, '\n')
	if err := to.Put(ctx, m.ID, ManifestMember, bytes.NewReader(raw)); err != nil {
		return err
	}
	sig := append(bytes.Clone(key.Public().(ed25519.PublicKey)), ed25519.Sign(key, raw)...) //nolint:forcetypeassert // an ed25519 key has no other
	return to.Put(ctx, m.ID, SignatureMember, bytes.NewReader(sig))
}

// small reads a member that is held in memory.
func small(ctx context.Context, from target.Target, id, member string) (raw []byte, err error) {
	r, err := from.Get(ctx, id, member)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	raw, err = io.ReadAll(io.LimitReader(r, longestManifest+1))
	if err == nil && len(raw) > longestManifest {
		return nil, damaged(nil, from, id, member, "backup.why.size")
	}
	if err != nil {
		return nil, damaged(err, from, id, member, "backup.why.read")
	}
	return raw, nil
}

// damaged is the finding that a member is not as it was written; why is a message key.
func damaged(cause error, from target.Target, id, member, why string) *fault.Error {
	return fault.Wrap(cause, fault.Finding, why, "id", id, "place", from.Place(id), "member", member).At(member)
}
