package keyring

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"aead.dev/minisign"
	"filippo.io/age"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/kit"
)

// minPassphrase is the shortest passphrase that is taken for a new key.
const minPassphrase = 12

// mostKeyFile bounds what is read of a key file.
const mostKeyFile = 64 << 10

// content is the inside of a key file: seeds of Ed25519 keys by role, and the key of public tools.
type content struct {
	Seeds    map[string][]byte `json:"seeds"`
	Download string            `json:"download,omitempty"`
}

// heldKey is an opened root key.
type heldKey struct {
	id  string
	key ed25519.PrivateKey
}

// short is how a key is named in files and in front of people.
func short(id string) string { return id[:8] }

// label is what a passphrase is asked for: "root-2" for root-2-0123abcd.key, "release" for the release keys.
func label(name string) string {
	name = strings.TrimSuffix(name, keySuffix)
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		name = name[:i]
	}
	return name
}

// newHolder makes a root key, keeps it in its file "root-N-ID.key" and names it in next.
func (r *Ring) newHolder(next *kit.Root) (heldKey, error) {
	have, err := filepath.Glob(r.path(rootKey + "*" + keySuffix))
	if err != nil {
		return heldKey{}, fmt.Errorf("count keys: %w", err)
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return heldKey{}, fmt.Errorf("make key: %w", err)
	}
	id, err := kit.KeyID(public)
	if err != nil {
		return heldKey{}, err
	}
	if next.Keys == nil {
		next.Keys = map[string][]ed25519.PublicKey{}
	}
	next.Keys[kit.RootRole] = append(next.Keys[kit.RootRole], public)
	return heldKey{id, private}, r.seal(fmt.Sprintf("%s%d-%s%s", rootKey, len(have)+1, short(id), keySuffix), content{Seeds: map[string][]byte{kit.RootRole: private.Seed()}})
}

// newRelease makes the keys that sign kits, one for each role, keeps them in one file and names them in next.
func (r *Ring) newRelease(next *kit.Root) error {
	c := content{Seeds: map[string][]byte{}}
	keys := map[string][]ed25519.PublicKey{kit.RootRole: next.Keys[kit.RootRole]}
	var name string
	for _, role := range kit.Roles()[1:] {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return fmt.Errorf("make key: %w", err)
		}
		c.Seeds[role], keys[role] = private.Seed(), []ed25519.PublicKey{public}
		if name, err = kit.KeyID(public); err != nil { // the file is named for the last role, targets
			return err
		}
	}
	_, download, err := minisign.GenerateKey(rand.Reader)
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	text, err := download.MarshalText()
	if err != nil {
		return fmt.Errorf("make key: %w", err)
	}
	c.Download, next.Keys = string(text), keys
	if err := r.seal(releaseKey+short(name)+keySuffix, c); err != nil {
		return err
	}
	return r.publishKey(releaseKey+short(name)+publicSuffix, download)
}

// seal writes a key file: under the passphrase of its holder, or as it is in a ring for development.
func (r *Ring) seal(name string, c content) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	if r.pass == nil {
		return r.write(name, append(raw, '\n'), 0o600)
	}
	phrase, err := r.pass(label(name))
	if err != nil {
		return err
	}
	if len(phrase.Reveal()) < minPassphrase {
		return fault.New(fault.Invalid, "kit.keys.short", "file", name, "n", minPassphrase)
	}
	to, err := age.NewScryptRecipient(phrase.Reveal())
	if err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	if r.effort > 0 {
		to.SetWorkFactor(r.effort)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	_, err = w.Write(raw)
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("seal key: %w", err)
	}
	return r.write(name, sealed.Bytes(), 0o600)
}

// unseal reads the key file at path, called name in front of people. Faults: invalid "kit.keys.unreadable",
// "kit.keys.passphrase".
func (r *Ring) unseal(path, name string) (content, error) {
	var c content
	raw, err := readKeyFile(path)
	if err != nil {
		return c, fault.Wrap(err, fault.Invalid, "kit.keys.unreadable", "path", path)
	}
	if bytes.HasPrefix(raw, []byte("age-encryption.org/")) {
		if r.pass == nil {
			return c, fault.New(fault.Invalid, "kit.keys.passphrase_wanted", "file", name)
		}
		phrase, err := r.pass(label(name))
		if err != nil {
			return c, err
		}
		if raw, err = open(raw, phrase); err != nil {
			return c, fault.Wrap(err, fault.Invalid, "kit.keys.passphrase", "file", name)
		}
	}
	if err := json.Unmarshal(raw, &c); err != nil || len(c.Seeds) == 0 {
		return c, fault.New(fault.Invalid, "kit.keys.unreadable", "path", path) // without the cause, which may quote the key
	}
	for _, seed := range c.Seeds {
		if len(seed) != ed25519.SeedSize {
			return c, fault.New(fault.Invalid, "kit.keys.unreadable", "path", path)
		}
	}
	return c, nil
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, mostKeyFile))
}

func open(sealed []byte, phrase secret.String) ([]byte, error) {
	as, err := age.NewScryptIdentity(phrase.Reveal())
	if err != nil {
		return nil, err
	}
	plain, err := age.Decrypt(bytes.NewReader(sealed), as)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(plain, mostKeyFile))
}

// publishKey leaves the public half of the key for public tools beside the others.
func (r *Ring) publishKey(name string, private minisign.PrivateKey) error {
	public, ok := private.Public().(minisign.PublicKey)
	if !ok {
		return errors.New("read key: no public half")
	}
	raw, err := public.MarshalText()
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return r.write(name, append(raw, '\n'), 0o644)
}
