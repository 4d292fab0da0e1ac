package kit

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/theupdateframework/go-tuf/v2/metadata"
)

// Each parser of bytes that a stranger may have written: it never panics, and what it takes has only one form.

func FuzzKit(f *testing.F) {
	p := newPublisher(f, "p")
	good := kitOf(f, p, "1.2.0").bytes(f)
	own := Fingerprint(p.chain)
	f.Add(good)
	f.Add(good[:len(good)-block])
	f.Add(bytes.Repeat([]byte{0}, 2*block))
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := read("x", bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		a := Anchor{Fingerprint: own, Now: now, Platform: "linux-amd64"}
		if _, err := k.Verify(t.Context(), a, nil); err == nil && !bytes.Equal(raw, good) {
			t.Error("accepted")
		}
	})
}

func FuzzHeader(f *testing.F) {
	h, err := header("linux-amd64/bin/egovctl.zst", 1234, published)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(h[:])
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h [block]byte
		copy(h[:], raw)
		name, size, date, err := readHeader(h)
		if err != nil {
			return
		}
		if again, err := header(name, size, date); err != nil || again != h || !validName(name) || !filepath.IsLocal(name) {
			t.Errorf("%q", name)
		}
	})
}

func FuzzManifest(f *testing.F) {
	raw, err := press(f, "1.2.0", release(), zstd.SpeedDefault).manifest.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"format":1,"members":[{"path":"a/b","sha256":"","size":1}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := readManifest(raw)
		if err != nil {
			return
		}
		for _, x := range m.Members {
			if !filepath.IsLocal(x.Path) || x.Size < 0 || x.Size > mostMember || x.StoredSize < 1 {
				t.Errorf("%+v", x)
			}
		}
	})
}

func FuzzRoot(f *testing.F) {
	p := newPublisher(f, "p")
	p.rotate(f)
	for _, r := range p.chain {
		f.Add(r)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		md, err := readRoot(raw)
		if err != nil {
			return
		}
		if again, err := md.ToBytes(false); err != nil || !bytes.Equal(again, raw) {
			t.Error("two forms of one root")
		}
		_, _ = follow([][]byte{raw}) // only that it returns
		if bytes.Equal(raw, p.chain[0]) {
			return
		}
		if _, err := follow([][]byte{p.chain[0], raw}); err == nil && !bytes.Equal(raw, p.chain[1]) {
			t.Error("a root that nobody signed")
		}
	})
}

func FuzzTimestamp(f *testing.F) {
	k := kitOf(f, newPublisher(f, "p"), "1.2.0")
	f.Add(k.signed[0])
	f.Fuzz(func(t *testing.T, raw []byte) {
		md, err := canonical(metadata.Timestamp(), raw)
		if err != nil {
			return
		}
		if again, err := md.ToBytes(false); err != nil || !bytes.Equal(again, raw) {
			t.Error("two forms of one timestamp")
		}
	})
}

func FuzzState(f *testing.F) {
	p := newPublisher(f, "p")
	raw, err := os.ReadFile(filepath.Join(instance(f, Fingerprint(p.chain), kitOf(f, p, "1.2.0").bytes(f)), stateFile))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"roots":1,"seen":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		folder := t.TempDir()
		for name, b := range map[string][]byte{"1.root.json": p.chain[0], stateFile: raw} {
			if err := os.WriteFile(filepath.Join(folder, name), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := load(folder)
		if err == nil && s.state.Seen == nil {
			t.Error("nothing can be remembered")
		}
		for _, x := range s.state.Seen {
			if v, bad := ParseVersion(x.Version); err == nil && (bad != nil || v.Number() != x.Number) {
				t.Errorf("%+v", x)
			}
		}
	})
}

func FuzzRange(f *testing.F) {
	f.Add(">=1.0.0 <2.0.0-rc.1", "1.2.3")
	f.Fuzz(func(t *testing.T, r, version string) {
		v, err := ParseVersion(version)
		if err == nil && v.String() != version {
			t.Errorf("%q is %q", version, v)
		}
		if Range(r).Has(v) && !Range(r).Valid() {
			t.Errorf("%q has %v and cannot be read", r, v)
		}
	})
}
