package kit

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/host"
)

// crime is a way of making a kit that nobody may accept.
type crime struct {
	name   string
	commit func(w *scene, r *rand.Rand) []byte
}

// scene is an instance that has seen 1.2.0, whose publisher has since rotated the release keys and published 1.3.0.
type scene struct {
	t        testing.TB
	honest   *publisher // as it is now
	before   publisher  // with the keys that were revoked
	stranger *publisher
	good     *parts // 1.3.0, which the instance would take
	old      *parts // 1.2.0, signed again with the new keys
	raw      []byte // good, as a file
	root     string // the instance's ROOT
}

func newScene(t testing.TB) *scene {
	t.Helper()
	p := newPublisher(t, "p")
	w := &scene{t: t, honest: p, before: *p, stranger: newPublisher(t, "q"), root: t.TempDir()}
	first := kitOf(t, p, "1.2.0")
	p.rotate(t)
	w.good, w.old = kitOf(t, p, "1.3.0"), kitOf(t, p, "1.2.0")
	w.raw = w.good.bytes(t)
	for _, k := range [][]byte{first.bytes(t), press(t, "1.2.5", release(), zstd.SpeedDefault).sign(t, p.signer()).bytes(t)} {
		v, err := verify(t, onDisk(t, k), Anchor{Folder: w.trust(), Fingerprint: Fingerprint(p.chain), Running: "1.2.0"})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Remember(t.Context(), host.NewLocal(), w.trust()); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *scene) trust() string { return filepath.Join(w.root, "etc", "trust") }

// copyOf is the good kit, to be spoilt.
func (w *scene) copyOf() *parts {
	k := *w.good
	k.roots, k.stored = slices.Clone(k.roots), slices.Clone(k.stored)
	k.manifest.Members, k.manifest.Platforms = slices.Clone(k.manifest.Members), slices.Clone(k.manifest.Platforms)
	return &k
}

// flip changes one bit between from and to.
func flip(raw []byte, from, to int, r *rand.Rand) []byte {
	out := bytes.Clone(raw)
	out[from+r.IntN(to-from)] ^= 1 << r.IntN(8)
	return out
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// metadataEnd is where the manifest's header begins in the good kit.
func (w *scene) metadataEnd() int {
	n := 0
	for _, e := range w.good.entries() {
		if e.name == ManifestFile {
			break
		}
		n += block + int(padded(int64(len(e.data))))
	}
	return n
}

func (w *scene) manifestEnd() int {
	return w.metadataEnd() + block + int(padded(int64(len(w.good.raw))))
}

// crimes are all classes. Each makes another kit for every r.
func crimes() []crime {
	entries := func(change func(w *scene, es []entry, r *rand.Rand) []entry) func(*scene, *rand.Rand) []byte {
		return func(w *scene, r *rand.Rand) []byte { return tarred(w.t, w.good.date, change(w, w.good.entries(), r)) }
	}
	// signedBy signs a changed copy with the keys of somebody.
	signedBy := func(by func(w *scene) Signer, change func(k *parts, r *rand.Rand)) func(*scene, *rand.Rand) []byte {
		return func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			change(k, r)
			return k.sign(w.t, by(w)).bytes(w.t)
		}
	}
	honest := func(w *scene) Signer { return w.honest.signer() }
	nothing := func(*parts, *rand.Rand) {}
	return []crime{
		{"a bit anywhere", func(w *scene, r *rand.Rand) []byte { return flip(w.raw, 0, len(w.raw), r) }},
		{"a bit of the metadata", func(w *scene, r *rand.Rand) []byte { return flip(w.raw, 0, w.metadataEnd(), r) }},
		{"a bit of the manifest", func(w *scene, r *rand.Rand) []byte { return flip(w.raw, w.metadataEnd(), w.manifestEnd(), r) }},
		{"a bit of the members", func(w *scene, r *rand.Rand) []byte { return flip(w.raw, w.manifestEnd(), len(w.raw), r) }},
		{"several bytes", func(w *scene, r *rand.Rand) []byte {
			out := bytes.Clone(w.raw)
			for range 2 + r.IntN(8) {
				out[r.IntN(len(out))] += 1 + byte(r.IntN(255))
			}
			if bytes.Equal(out, w.raw) {
				out[0]++
			}
			return out
		}},
		{"cut off", func(w *scene, r *rand.Rand) []byte { return w.raw[:r.IntN(len(w.raw))] }},
		{"cut off at a block", func(w *scene, r *rand.Rand) []byte { return w.raw[:block*r.IntN(len(w.raw)/block)] }},
		{"something behind", func(w *scene, r *rand.Rand) []byte {
			tail := make([]byte, 1+r.IntN(3*block))
			if r.IntN(2) == 0 {
				tail = make([]byte, block*(1+r.IntN(20)))
			} else {
				tail[r.IntN(len(tail))] = 1
			}
			return append(bytes.Clone(w.raw), tail...)
		}},
		{"a second kit behind", func(w *scene, r *rand.Rand) []byte {
			return append(bytes.Clone(w.raw[:len(w.raw)-block*r.IntN(3)]), w.raw...)
		}},
		{"bytes out of the middle", func(w *scene, r *rand.Rand) []byte {
			at := block * r.IntN(len(w.raw)/block-1)
			return append(bytes.Clone(w.raw[:at]), w.raw[at+block:]...)
		}},
		{"an entry missing", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			return slices.Delete(es, i, i+1)
		})},
		{"an entry twice", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			return slices.Insert(es, r.IntN(len(es)), es[i])
		})},
		{"entries in another order", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es) - 1)
			j := i + 1 + r.IntN(len(es)-1-i)
			es[i], es[j] = es[j], es[i]
			return es
		})},
		{"an entry that nobody names", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			return slices.Insert(es, r.IntN(len(es)+1), entry{name: pick(r, []string{"a", "manifest.json", "linux-amd64/bin/x.zst", "metadata/root.json", "metadata/9.root.json"}), data: []byte("x")})
		})},
		{"another name", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			es[i].header = forged(es[i], pick(r, names), '0', int64(len(es[i].data)))
			return es
		})},
		{"a link or a device", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			es[i].header = forged(es[i], es[i].name, pick(r, []byte("1234567xgLKSDNV\x00")), int64(len(es[i].data)))
			return es
		})},
		{"a link before", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			h := forged(entry{}, pick(r, []string{"linux-amd64", "docs", "templates/text"}), '2', 0)
			copy(h[157:], "/etc")
			return slices.Insert(es, r.IntN(len(es)), entry{header: resum(h)})
		})},
		{"another size", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			es[i].header = forged(es[i], es[i].name, '0', pick(r, []int64{0, 1, int64(len(es[i].data)) + 1, int64(len(es[i].data)) - 1, 1 << 32, 0o77777777777}))
			return es
		})},
		{"a field that nobody reads", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			h := forged(es[i], es[i].name, '0', int64(len(es[i].data)))
			h[pick(r, []int{101, 110, 118, 137, 158, 263, 266, 298, 330, 338, 346, 500, 511})] ^= 1
			es[i].header = resum(h)
			return es
		})},
		{"bytes between entries", func(w *scene, r *rand.Rand) []byte {
			out, at := bytes.Clone(w.raw), 0
			for _, e := range w.good.entries() {
				end := at + block + len(e.data)
				at += block + int(padded(int64(len(e.data))))
				if end < at && (r.IntN(3) == 0 || e.name == "templates/text/vi/web.yaml.zst") {
					out[end+r.IntN(at-end)] = 1
					return out
				}
			}
			return append(out, 0)
		}},
		{"another date", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			k.date = k.date.AddDate(0, 0, 1+r.IntN(900))
			return k.bytes(w.t)
		}},
		{"an entry of another date", entries(func(_ *scene, es []entry, r *rand.Rand) []entry {
			i := r.IntN(len(es))
			h, err := header(es[i].name, int64(len(es[i].data)), published.AddDate(0, 0, 1+r.IntN(900)))
			if err != nil {
				panic(err)
			}
			es[i].header = h[:]
			return es
		})},
		{"another member", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			i := r.IntN(len(k.stored))
			k.stored[i] = slices.Concat(k.stored[i][:len(k.stored[i])-1], []byte{k.stored[i][len(k.stored[i])-1] + 1})
			return k.bytes(w.t)
		}},
		{"members changed round", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			k.stored[1], k.stored[2] = k.stored[2], k.stored[1]
			k.stored[r.IntN(2)+1] = pressed(w.t, []byte(fmt.Sprint(r.Uint64())), zstd.SpeedFastest)
			return k.bytes(w.t)
		}},
		{"a manifest that fits another member, unsigned", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			change(w.t, k, r)
			raw, _ := k.manifest.Encode()
			k.raw = raw
			return k.bytes(w.t)
		}},
		{"a manifest in another form", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			at := bytes.IndexByte(k.raw[r.IntN(len(k.raw)/2):], '\n')
			k.raw = slices.Concat(k.raw[:at], []byte(" "), k.raw[at:])
			return k.bytes(w.t)
		}},
		{"metadata in another form", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			i := r.IntN(len(k.roots) + 3)
			if i < len(k.roots) {
				k.roots[i] = reformed(k.roots[i], r)
			} else {
				k.signed[i-len(k.roots)] = reformed(k.signed[i-len(k.roots)], r)
			}
			return k.bytes(w.t)
		}},
		{"without a signature", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			i := r.IntN(len(k.roots) + 3)
			if i < len(k.roots) {
				k.roots[i] = unsigned(k.roots[i], r.IntN(2))
			} else {
				k.signed[i-len(k.roots)] = unsigned(k.signed[i-len(k.roots)], 0)
			}
			return k.bytes(w.t)
		}},
		{"metadata of another kit", func(w *scene, r *rand.Rand) []byte {
			k, other := w.copyOf(), press(w.t, fmt.Sprintf("1.%d.%d", 4+r.IntN(5), r.IntN(9)), release(), zstd.SpeedDefault).sign(w.t, w.honest.signer())
			mask := 1 + r.IntN(14) // some of timestamp, snapshot, targets and manifest, never all
			for i := range k.signed {
				if mask>>i&1 == 1 {
					k.signed[i] = other.signed[i]
				}
			}
			if mask>>3&1 == 1 {
				k.raw, k.manifest, k.stored = other.raw, other.manifest, other.stored
			}
			return k.bytes(w.t)
		}},
		{"roots of somebody else", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			switch r.IntN(3) {
			case 0:
				k.roots = w.stranger.chain
			case 1:
				k.roots[len(k.roots)-1] = w.stranger.chain[0]
			case 2:
				k.roots = append(k.roots, w.stranger.chain[0])
			}
			return k.bytes(w.t)
		}},
		{"roots in another order", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			switch r.IntN(3) {
			case 0:
				k.roots[0], k.roots[1] = k.roots[1], k.roots[0]
			case 1:
				k.roots = k.roots[1:]
			case 2:
				k.roots = append(k.roots, pick(r, k.roots))
			}
			return k.bytes(w.t)
		}},
		{"the whole kit under another root", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			change(w.t, k, r)
			return k.sign(w.t, w.stranger.signer()).bytes(w.t)
		}},
		{"another root behind the true ones", func(w *scene, r *rand.Rand) []byte {
			q := *w.honest
			q.chain, q.release = slices.Clone(w.honest.chain), fmt.Sprint("thief", r.IntN(99))
			if r.IntN(2) == 0 {
				q.holders = []string{"t-a", "t-b", "t-c"}
				q.next(w.t, "t-a", "t-b")
			} else {
				q.next(w.t, q.holders[r.IntN(3)]) // one holder is not enough
			}
			k := w.copyOf()
			change(w.t, k, r)
			return k.sign(w.t, q.signer()).bytes(w.t)
		}},
		{"signed with keys that nobody knows", func(w *scene, r *rand.Rand) []byte {
			k, by := w.copyOf(), w.honest.signer()
			thief := []ed25519.PrivateKey{pair(fmt.Sprint("thief", r.IntN(99)))}
			switch r.IntN(4) {
			case 0:
				by.Timestamp = thief
			case 1:
				by.Snapshot = thief
			case 2:
				by.Targets = thief
			case 3:
				by.Timestamp, by.Snapshot, by.Targets = thief, thief, thief
			}
			change(w.t, k, r)
			return k.sign(w.t, by).bytes(w.t)
		}},
		{"signed with the key of another role", func(w *scene, r *rand.Rand) []byte {
			k, by := w.copyOf(), w.honest.signer()
			if r.IntN(2) == 0 {
				by.Targets = by.Snapshot
			} else {
				by.Timestamp, by.Snapshot = by.Snapshot, by.Timestamp
			}
			change(w.t, k, r)
			return k.sign(w.t, by).bytes(w.t)
		}},
		{"signed with the revoked keys", func(w *scene, r *rand.Rand) []byte {
			by := w.before.signer()
			if r.IntN(2) == 0 {
				by.Roots = w.honest.chain
			}
			k := w.copyOf()
			change(w.t, k, r)
			return k.sign(w.t, by).bytes(w.t)
		}},
		{"older than what was seen", func(w *scene, r *rand.Rand) []byte {
			return press(w.t, pick(r, []string{"1.2.0", "1.2.4", "1.2.5-rc.9", "0.9.0", "1.0.0", "1.1.99"}), release(), pick(r, levels)).sign(w.t, w.honest.signer()).bytes(w.t)
		}},
		{"what was seen, with other bytes", func(w *scene, r *rand.Rand) []byte {
			k := press(w.t, "1.2.5", release(), zstd.SpeedDefault)
			change(w.t, k, r)
			return k.sign(w.t, w.honest.signer()).bytes(w.t)
		}},
		{"expired", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf()
			k.manifest.Date = now.AddDate(-lifetime, 0, -1-r.IntN(2000))
			k.date = k.manifest.Date
			return k.sign(w.t, w.honest.signer()).bytes(w.t)
		}},
		{"another product", signedBy(honest, func(k *parts, r *rand.Rand) {
			k.manifest.Product = pick(r, []string{"", "egov", "EGOVCTL", "egovctl2"})
		})},
		{"another machine", signedBy(honest, func(k *parts, r *rand.Rand) {
			k.manifest.Platforms = [][]string{{}, {"linux-arm64"}, {"windows-amd64"}}[r.IntN(3)]
		})},
		{"another kind", signedBy(honest, func(k *parts, r *rand.Rand) { k.manifest.Kind = pick(r, []string{"", "Release", KindData}) })},
		{"a version that is none", func(w *scene, r *rand.Rand) []byte {
			k := w.copyOf().sign(w.t, w.honest.signer())
			k.raw = bytes.Replace(k.raw, []byte(`"1.3.0"`), []byte(pick(r, []string{`"1.3"`, `""`, `"../1"`, `"1.3.00"`, `"99.0.0"`})), 1)
			return k.bytes(w.t)
		}},
		{"a signed member that cannot be", signedBy(honest, func(k *parts, r *rand.Rand) {
			i := r.IntN(len(k.manifest.Members))
			m := &k.manifest.Members[i]
			switch r.IntN(4) {
			case 0:
				m.Size = pick(r, []int64{-1, mostMember + 1, 1 << 62})
			case 1:
				m.SHA256 = m.SHA256[:10]
			case 2:
				m.Path = k.manifest.Members[(i+1)%len(k.manifest.Members)].Path
			case 3:
				m.StoredSize = pick(r, []int64{0, -5, 1 << 40})
			}
		})},
		{"more than there is", signedBy(honest, func(k *parts, r *rand.Rand) {
			k.manifest.Members = append(k.manifest.Members, Member{Path: "docs/x", SHA256: sum(nil), StoredSHA256: sum(nil), StoredSize: 1})
			k.stored = append(k.stored, bytes.Repeat([]byte("x"), 2+r.IntN(900)))
		})},
		{"a format of the future", signedBy(honest, func(k *parts, r *rand.Rand) { k.manifest.Format = 2 + r.IntN(9) })},
		{"no kit at all", func(_ *scene, r *rand.Rand) []byte {
			out := make([]byte, r.IntN(9*block))
			for i := range out {
				out[i] = byte(r.Uint32())
			}
			return out
		}},
		{"the revoked keys under the true roots, unchanged", signedBy(func(w *scene) Signer {
			by := w.before.signer()
			by.Roots = w.honest.chain
			return by
		}, nothing)},
	}
}

// names that no entry may have, or that belong to another one.
var names = []string{
	"../x", "a/../../x", "/etc/passwd", "./a", "a//b", "a/", "", ".", "..", "a\\b", "a\x01b", "linux-amd64/bin/../../../x.zst", "LINUX-AMD64/bin/egovctl.zst",
	"docs/README.txt.zst ", "docs/CÀI-ĐẶT.zst", "manifest.json/x", "metadata/1.root.json", "metadata/timestamp.json", "docs/\u202e.zst", strings.Repeat("a", 99), "con", "docs/README.txt",
}

var levels = []zstd.EncoderLevel{zstd.SpeedFastest, zstd.SpeedDefault, zstd.SpeedBetterCompression, zstd.SpeedBestCompression}

// change puts another program into a kit, as whoever tampers wants to.
func change(t testing.TB, k *parts, r *rand.Rand) {
	data := []byte(fmt.Sprintf("#!/bin/sh\necho %d\n", r.Uint64()))
	i := slices.IndexFunc(k.manifest.Members, func(m Member) bool { return m.Exec })
	k.stored[i] = pressed(t, data, zstd.SpeedDefault)
	m := &k.manifest.Members[i]
	m.SHA256, m.Size, m.StoredSHA256, m.StoredSize = sum(data), int64(len(data)), sum(k.stored[i]), int64(len(k.stored[i]))
}

// forged is a header with any name, type and size, its sum right.
func forged(e entry, name string, kind byte, size int64) []byte {
	h, err := header("x", 0, published)
	if err != nil {
		panic(err)
	}
	clear(h[:100])
	copy(h[:100], name)
	copy(h[124:], fmt.Sprintf("%011o\x00", size))
	h[156] = kind
	if own := resum(h[:]); !bytes.Equal(own, must(e)) {
		return own
	}
	h[257] ^= 1 // it would be the true one
	return resum(h[:])
}

// must is the header that belongs to e; nil for none.
func must(e entry) []byte {
	h, err := header(e.name, int64(len(e.data)), published)
	if err != nil {
		return nil
	}
	return h[:]
}

func resum(h []byte) []byte {
	copy(h[148:156], "        ")
	n := 0
	for _, b := range h[:block] {
		n += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", n))
	return h[:block]
}

// reformed is metadata with the same meaning in other bytes.
func reformed(raw []byte, r *rand.Rand) []byte {
	switch r.IntN(5) {
	case 0:
		return append(bytes.Clone(raw), '\n')
	case 1:
		return append([]byte(" "), raw...)
	case 2:
		return bytes.Replace(raw, []byte(`"signatures":[`), []byte(`"x":1,"signatures":[`), 1)
	case 3:
		return bytes.Replace(raw, []byte(`"signatures":[`), []byte(`"signatures":[{"keyid":"00","sig":"00"},`), 1)
	default:
		var v any
		_ = json.Unmarshal(raw, &v)
		out, _ := json.MarshalIndent(v, "", " ")
		return out
	}
}

// unsigned is metadata with only the first n of its signatures.
func unsigned(raw []byte, n int) []byte {
	var v map[string]any
	_ = json.Unmarshal(raw, &v)
	v["signatures"] = v["signatures"].([]any)[:n]
	out, _ := json.Marshal(v)
	return out
}

// judge offers n mutants to the instance. None may be accepted, and its ROOT is the same to the byte afterwards.
func judge(t *testing.T, seed uint64, n int) {
	w := newScene(t)
	t.Logf("seed %d", seed)
	path := filepath.Join(t.TempDir(), "k.kit")
	offer := func(raw []byte, a Anchor) error {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		a.Now, a.Platform, a.Kind = now, "linux-amd64", KindRelease
		f, err := Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		_, err = f.Verify(t.Context(), a, nil)
		return err
	}
	seen := Anchor{Folder: w.trust(), Running: "1.2.0"}
	if err := offer(w.raw, seen); err != nil {
		t.Fatal("the control is refused:", err)
	}
	before, counts := tree(t, w.root), map[string]int{}
	all := crimes()
	for i := range n {
		c := all[i%len(all)]
		r := rand.New(rand.NewPCG(seed, uint64(i))) //nolint:gosec // no secret: the seed repeats a run
		raw := c.commit(w, r)
		if bytes.Equal(raw, w.raw) {
			t.Fatalf("%s, %d: no crime", c.name, i)
		}
		err := offer(raw, seen)
		if code := fault.CodeOf(err); code != fault.Refused {
			t.Errorf("%s, seed %d, number %d: accepted: %v", c.name, seed, i, err)
		}
		counts[fault.From(err).Key]++
	}
	if after := tree(t, w.root); after != before {
		t.Errorf("ROOT changed:\n%s\nbecame\n%s", before, after)
	}
	t.Logf("%d mutants of %d classes, 0 accepted: %v", n, len(all), counts)
}

func TestMutantsAreRefused(t *testing.T) { judge(t, 20261122, 10*len(crimes())) }
