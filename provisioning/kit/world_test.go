package kit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"aead.dev/minisign"
	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
)

// published is the day of the kit that everybody in these tests trusts.
var published = time.Date(2026, 9, 2, 7, 0, 0, 0, time.UTC)

// now is when it is verified.
var now = published.AddDate(0, 2, 0)

// pair is a key that is the same in every run.
func pair(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// publisher is somebody with keys: three holders of whom two sign a root, and release keys.
type publisher struct {
	name    string
	holders []string
	release string // names the release keys
	chain   [][]byte
	old     [][]byte // the chain before the newest root
}

func public(names ...string) []ed25519.PublicKey {
	var out []ed25519.PublicKey
	for _, n := range names {
		out = append(out, pair(n).Public().(ed25519.PublicKey))
	}
	return out
}

// newPublisher has one root.
func newPublisher(t testing.TB, name string) *publisher {
	p := &publisher{name: name, holders: []string{name + "-a", name + "-b", name + "-c"}, release: name + "-1"}
	p.next(t, p.holders[:2]...)
	return p
}

// root is the unsigned root that says how things stand now.
func (p *publisher) root(t testing.TB) []byte {
	t.Helper()
	r := Root{Version: int64(len(p.chain) + 1), Expires: published.AddDate(9, 0, 0), Threshold: 2, Keys: map[string][]ed25519.PublicKey{
		RootRole: public(p.holders...), "timestamp": public(p.release + "-ts"), "snapshot": public(p.release + "-sn"), "targets": public(p.release + "-tg"),
	}}
	raw, err := NewRoot(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// next adds the root of how things stand now, signed by holders.
func (p *publisher) next(t testing.TB, holders ...string) {
	t.Helper()
	raw := p.root(t)
	for _, h := range holders {
		raw = p.cosign(t, raw, h)
	}
	p.old = slices.Clone(p.chain)
	p.chain = append(p.chain, raw)
}

func (p *publisher) cosign(t testing.TB, raw []byte, holder string) []byte {
	t.Helper()
	var before []byte
	if len(p.chain) > 0 {
		before = p.chain[len(p.chain)-1]
	}
	out, err := SignRoot(raw, before, pair(holder))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rotate gives the publisher new release keys.
func (p *publisher) rotate(t testing.TB) *publisher {
	p.release += "'"
	p.next(t, p.holders[:2]...)
	return p
}

func (p *publisher) signer() Signer {
	_, download, _ := minisign.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	return Signer{Roots: p.chain, Timestamp: []ed25519.PrivateKey{pair(p.release + "-ts")}, Snapshot: []ed25519.PrivateKey{pair(p.release + "-sn")},
		Targets: []ed25519.PrivateKey{pair(p.release + "-tg")}, Download: download}
}

// content is one file of a kit under trial.
type content struct {
	path string
	data []byte
	exec bool
}

// release are the files of the kit that everybody trusts.
func release() []content {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // no secret: the same bytes in every run
	program := make([]byte, 3000)
	for i := range program {
		program[i] = byte(r.Uint32())
	}
	return []content{
		{"docs/README.txt", []byte("# egovctl\n"), false},
		{"linux-amd64/bin/egovctl", append([]byte("amd64"), program...), true},
		{"linux-arm64/bin/egovctl", append([]byte("arm64"), program...), true},
		{"migrations/onestop/0001_dossier.up.sql", []byte("CREATE TABLE dossier ();\n"), false},
		{"migrations/onestop/0002_step.up.sql", bytes.Repeat([]byte("-- step\n"), 400), false},
		{"templates/catalogue/procedures.csv", bytes.Repeat([]byte("1.001193,Đăng ký khai sinh\n"), 50), false},
		{"templates/text/vi/web.yaml", []byte("web.name: Cổng\n"), false},
	}
}

// entry is one of a tar file, with the header that belongs to it unless it has another one.
type entry struct {
	name   string
	data   []byte
	header []byte
}

// parts are a kit taken apart.
type parts struct {
	manifest Manifest
	raw      []byte
	roots    [][]byte
	signed   [3][]byte
	stored   [][]byte
	date     time.Time
}

// presses are encoders by level: making one costs more than all that it does here.
var presses sync.Map

// pressed is content as a kit stores it.
func pressed(t testing.TB, data []byte, level zstd.EncoderLevel) []byte {
	t.Helper()
	have, ok := presses.Load(level)
	if !ok {
		z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(level), zstd.WithWindowSize(mostWindow/2), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		have, _ = presses.LoadOrStore(level, z)
	}
	return have.(*zstd.Encoder).EncodeAll(data, nil)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// press makes the parts of a kit of version with files, not signed yet.
func press(t testing.TB, version string, files []content, level zstd.EncoderLevel) *parts {
	t.Helper()
	c, err := compatibilityOf(version, nil)
	if err != nil {
		t.Fatal(err)
	}
	k := &parts{date: published, manifest: Manifest{Format: Format, Product: Product, Kind: KindRelease, Version: version, Date: published, Platforms: slices.Clone(platforms), Compatibility: c}}
	for _, f := range files {
		s := pressed(t, f.data, level)
		k.stored = append(k.stored, s)
		k.manifest.Members = append(k.manifest.Members, Member{Path: f.path, SHA256: sum(f.data), Size: int64(len(f.data)), Exec: f.exec, StoredSHA256: sum(s), StoredSize: int64(len(s))})
	}
	return k
}

// sign signs whatever the manifest says now.
func (k *parts) sign(t testing.TB, by Signer) *parts {
	t.Helper()
	k.manifest.Roots = len(by.Roots)
	var err error
	if k.raw, err = k.manifest.Encode(); err != nil {
		t.Fatal(err)
	}
	if k.signed, err = by.sign(k.manifest, k.raw); err != nil {
		t.Fatal(err)
	}
	k.roots = by.Roots
	return k
}

func (k *parts) entries() []entry {
	var out []entry
	for i, r := range k.roots {
		out = append(out, entry{name: fmt.Sprintf("metadata/%d.root.json", i+1), data: r})
	}
	for i, role := range roles {
		out = append(out, entry{name: "metadata/" + role + ".json", data: k.signed[i]})
	}
	out = append(out, entry{name: ManifestFile, data: k.raw})
	for i, m := range k.manifest.Members {
		out = append(out, entry{name: m.Path + storedSuffix, data: k.stored[i]})
	}
	return out
}

func (k *parts) bytes(t testing.TB) []byte { return tarred(t, k.date, k.entries()) }

// tarred writes entries as a kit does, where they bring no header of their own.
func tarred(t testing.TB, date time.Time, entries []entry) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, e := range entries {
		h := e.header
		if h == nil {
			own, err := header(e.name, int64(len(e.data)), date)
			if err != nil {
				t.Fatal(err)
			}
			h = own[:]
		}
		b.Write(h)
		b.Write(e.data)
		b.Write(make([]byte, padded(int64(len(e.data)))-int64(len(e.data))))
	}
	b.Write(make([]byte, 2*block))
	return b.Bytes()
}

// onDisk writes a kit to a file.
func onDisk(t testing.TB, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "k.kit")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// verify opens and verifies what is at path.
func verify(t testing.TB, path string, a Anchor) (*Verified, error) {
	t.Helper()
	if a.Now.IsZero() {
		a.Now = now
	}
	if a.Platform == "" {
		a.Platform = "linux-amd64"
	}
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = f.Close() })
	return f.Verify(t.Context(), a, nil)
}

// refused makes sure that err is the refusal key.
func refused(t testing.TB, err error, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.Refused || f.Key != key {
		t.Errorf("want refused %s, got %v", key, err)
	}
}
