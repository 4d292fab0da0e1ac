package audit

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"egovctl/platform/kernel/fault"
)

// Head is the signed end of the chain at one moment. Whoever keeps a copy can later tell whether anything before it was
// changed.
type Head struct {
	Number    int64     `json:"number"`    // of the batch, from 1
	LastSeq   int64     `json:"last_seq"`  // links up to here
	Hash      []byte    `json:"hash"`      // of the last link
	SealedAt  time.Time `json:"sealed_at"` // to the microsecond
	Key       []byte    `json:"key"`       // ed25519 public key
	Signature []byte    `json:"signature"`
}

func (h Head) message() []byte {
	return fmt.Appendf(nil, "egovctl audit head v1\n%d\n%d\n%x\n%d\n", h.Number, h.LastSeq, h.Hash, h.SealedAt.UnixMicro())
}

func (h Head) signed(key ed25519.PrivateKey) Head {
	h.Key = key.Public().(ed25519.PublicKey)
	h.Signature = ed25519.Sign(key, h.message())
	return h
}

func (h Head) valid(key ed25519.PublicKey) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, h.message(), h.Signature)
}

// ReadHead reads a head file: the one beside the instance, or a copy kept elsewhere. Faults: not found, or finding
// "audit.head.file".
func ReadHead(path string) (Head, error) {
	var h Head
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return h, fault.Wrap(err, fault.NotFound, "audit.head.file", "path", path)
	}
	if err == nil {
		err = json.Unmarshal(text, &h)
	}
	if err != nil {
		return h, fault.Wrap(err, fault.Finding, "audit.head.file", "path", path)
	}
	return h, nil
}

// writeHead replaces the head file: a reader finds the old one or the new one.
func writeHead(path string, h Head) error {
	text, err := json.Marshal(h)
	if err == nil {
		err = replace(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "audit.head.file", "path", path)
	}
	return nil
}

// replace writes beside, makes it durable, and renames.
func replace(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already after the rename
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
