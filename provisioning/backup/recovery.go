package backup

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"filippo.io/age"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/backup/share"
	"egovctl/provisioning/engine"
	"egovctl/provisioning/instance"
)

// The recovery key opens the backups of a province on any host. Its private half is born on the host, is handed out, whole or
// in shares, and then leaves it: what lies only where the data lie burns with them.

// Private reads the private half while it is on the host. Fault: notfound "backup.key.taken" afterwards.
func Private(site instance.Site) (secret.String, error) {
	if KeyTaken(site.Root) {
		return secret.String{}, fault.New(fault.NotFound, "backup.key.gone")
	}
	return site.Secret(instance.RecoveryKey)
}

// Public is the public half.
func Public(root instance.Root) (string, error) { return public(root, instance.RecoveryKey) }

// Export writes the private half as a file that age itself takes: age -d -i FILE.
func Export(site instance.Site) (secret.String, error) {
	private, err := Private(site)
	if err != nil {
		return secret.String{}, err
	}
	pub, err := Public(site.Root)
	if err != nil {
		return secret.String{}, err
	}
	return secret.New(fmt.Sprintf("# egovctl recovery key: %s\n# public key: %s\n%s\n", site.Answers.Instance, pub, private.Reveal())), nil
}

// Split makes n shares of the private half, any k of which are it again: lines per share. Fault: invalid "backup.share.count".
func Split(site instance.Site, n, k int) ([][]string, error) {
	private, err := Private(site)
	if err != nil {
		return nil, err
	}
	raw, err := pack(private.Reveal())
	if err != nil {
		return nil, err
	}
	pub, err := Public(site.Root)
	if err != nil {
		return nil, err
	}
	parts, err := share.Split(raw, n, k)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "backup.share.count", "shares", n, "threshold", k, "most", share.Most)
	}
	out := make([][]string, n)
	for i, p := range parts {
		out[i] = share.Share{Part: p, Need: k, Of: markOf(pub)}.Lines()
	}
	return out, nil
}

// markOf tells the shares of one key from those of another.
func markOf(public string) (m [4]byte) {
	sum := sha256.Sum256([]byte(public))
	copy(m[:], sum[:])
	return m
}

// joined is the key that shares in a text give. Faults, all invalid: "backup.share.line" for a slip, "backup.share.few",
// "backup.share.mixed" for shares of two keys, "backup.key.form".
func joined(text string) (age.Identity, error) {
	all, err := share.Parse(text)
	var slip *share.LineError
	if errors.As(err, &slip) {
		return nil, fault.Wrap(err, fault.Invalid, "backup.share.line", "line", slip.Line)
	}
	if len(all) == 0 {
		return nil, fault.New(fault.Invalid, "backup.key.form", "name", "--recovery-key")
	}
	var parts []share.Part
	for _, s := range all {
		if s.Of != all[0].Of || s.Need != all[0].Need {
			return nil, fault.New(fault.Invalid, "backup.share.mixed")
		}
		parts = append(parts, s.Part)
	}
	if len(parts) < all[0].Need {
		return nil, fault.New(fault.Invalid, "backup.share.few", "have", len(parts), "need", all[0].Need)
	}
	raw, err := share.Join(parts)
	if err != nil {
		return nil, fault.New(fault.Invalid, "backup.share.mixed")
	}
	id, err := age.ParseX25519Identity(unpack(raw))
	if err != nil || markOf(id.Recipient().String()) != all[0].Of {
		return nil, fault.New(fault.Invalid, "backup.share.mixed")
	}
	return id, nil
}

// A key of age is written in 58 of 32 letters, with a check of its own in them; packed it takes five bits a letter.
const (
	keyHead    = "AGE-SECRET-KEY-1"
	keyLetters = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	keyLength  = 58
)

func pack(key string) ([]byte, error) {
	body, ok := strings.CutPrefix(key, keyHead)
	if !ok || len(body) != keyLength {
		return nil, fault.New(fault.Finding, "backup.key.form", "name", instance.RecoveryKey)
	}
	raw := make([]byte, (5*keyLength+7)/8)
	for i, c := range body {
		v := strings.IndexRune(keyLetters, c)
		if v < 0 {
			return nil, fault.New(fault.Finding, "backup.key.form", "name", instance.RecoveryKey)
		}
		for b := range 5 {
			if v&(16>>b) != 0 {
				raw[(5*i+b)/8] |= 128 >> ((5*i + b) % 8)
			}
		}
	}
	return raw, nil
}

// unpack is pack's other way; what is no key gives no key.
func unpack(raw []byte) string {
	if len(raw) != (5*keyLength+7)/8 {
		return ""
	}
	var body strings.Builder
	for i := range keyLength {
		v := 0
		for b := range 5 {
			v <<= 1
			if raw[(5*i+b)/8]&(128>>((5*i+b)%8)) != 0 {
				v |= 1
			}
		}
		body.WriteByte(keyLetters[v])
	}
	return keyHead + body.String()
}

// Forget removes the private half from the host, once keys has shown that somebody holds it. Fault: invalid "backup.key.other"
// when none of the keys is the recovery key.
func Forget(on engine.Host, site instance.Site, keys []age.Identity) error {
	pub, err := Public(site.Root)
	if err != nil {
		return err
	}
	held := false
	for _, k := range keys {
		x, ok := k.(*age.X25519Identity)
		held = held || ok && x.Recipient().String() == pub
	}
	if !held {
		return fault.New(fault.Invalid, "backup.key.other", "public", pub)
	}
	path := site.Root.Secret(instance.RecoveryKey)
	if err := on.WriteFile(path+taken, nil, 0o600); err != nil {
		return err
	}
	if err := site.Own(on, path+taken); err != nil {
		return err
	}
	return on.Remove(path)
}

// Exposed reports whether the private half is still on the host.
func Exposed(root instance.Root) bool {
	_, err := os.Lstat(root.Secret(instance.RecoveryKey))
	return !errors.Is(err, fs.ErrNotExist)
}
