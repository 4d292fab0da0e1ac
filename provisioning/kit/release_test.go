package kit

import (
	"bytes"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
	"egovctl/provisioning/host"
)

// modes are the files below root with their mode.
func modes(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		rel, _ := filepath.Rel(root, p)
		out[rel] = info.Mode().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAReleaseIsLaidDownForOneMachine(t *testing.T) {
	p := newPublisher(t, "p")
	big := append(bytes.Repeat([]byte("egovctl "), (1<<20)/8), '!')
	files := append(release(), content{"linux-amd64/postgres/bin/postgres", big, true})
	path := onDisk(t, press(t, "1.2.0", files, zstd.SpeedDefault).sign(t, p.signer()).bytes(t))
	v, err := verify(t, path, Anchor{Fingerprint: Fingerprint(p.chain)})
	if err != nil {
		t.Fatal(err)
	}
	laid := filepath.Join(t.TempDir(), "laid")
	var last int64
	if err := v.Release().Lay(t.Context(), host.NewLocal(), laid, func(done, total int64, unit string) {
		if done > total || done < last || unit != "bytes" {
			t.Errorf("progress %d of %d %s", done, total, unit)
		}
		last = done
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"bin/egovctl": "-r-xr-xr-x", "docs/README.txt": "-r--r--r--", "manifest.json": "-r--r--r--", "postgres/bin/postgres": "-r-xr-xr-x",
		"migrations/onestop/0001_dossier.up.sql": "-r--r--r--", "migrations/onestop/0002_step.up.sql": "-r--r--r--",
		"templates/catalogue/procedures.csv": "-r--r--r--", "templates/text/vi/web.yaml": "-r--r--r--",
	}
	if d := cmp.Diff(want, modes(t, laid)); d != "" {
		t.Error(d)
	}
	m, err := Verify(laid)
	if err != nil || m.RootFingerprint != v.Fingerprint() || m.Development || m.Version != "1.2.0" {
		t.Error(m, err)
	}
	if raw, err := os.ReadFile(filepath.Join(laid, "postgres/bin/postgres")); err != nil || !bytes.Equal(raw, big) {
		t.Error("the large member is another one", err)
	}
	if err := os.Chmod(filepath.Join(laid, "bin/egovctl"), 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(laid); !fault.Is(err, fault.Finding) {
		t.Error("a program that cannot be run is no damage:", err)
	}
}

// Whoever swaps the file after the check changes nothing; whoever writes into it is caught when it is unpacked.
func TestAFileChangedAfterTheCheck(t *testing.T) {
	p := newPublisher(t, "p")
	k := kitOf(t, p, "1.2.0")
	a := Anchor{Fingerprint: Fingerprint(p.chain)}
	t.Run("another file under its name", func(t *testing.T) {
		path := onDisk(t, k.bytes(t))
		v, err := verify(t, path, a)
		if err != nil {
			t.Fatal(err)
		}
		if err := rewrite(path, kitOf(t, newPublisher(t, "q"), "1.2.0").bytes(t)); err != nil {
			t.Fatal(err)
		}
		laid := t.TempDir()
		if err := v.Release().Lay(t.Context(), host.NewLocal(), laid, nil); err != nil {
			t.Error(err)
		}
		if _, err := Verify(laid); err != nil {
			t.Error(err)
		}
	})
	t.Run("other bytes in the same file", func(t *testing.T) {
		for i, m := range k.manifest.Members {
			raw := k.bytes(t)
			path := onDisk(t, raw)
			v, err := verify(t, path, a)
			if err != nil {
				t.Fatal(err)
			}
			evil := pressed(t, bytes.Repeat([]byte("x"), int(m.Size)), zstd.SpeedDefault)
			at := bytes.Index(raw, k.stored[i])
			f, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if len(evil) > len(k.stored[i]) {
				evil = evil[:len(k.stored[i])]
			}
			if _, err := f.WriteAt(evil, int64(at)); err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			laid := t.TempDir()
			err = v.Release().Lay(t.Context(), host.NewLocal(), laid, nil)
			if strings.HasPrefix(m.Path, "linux-arm64/") {
				continue // it is not laid down here
			}
			refused(t, err, "kit.changed")
			if _, err := os.Stat(filepath.Join(laid, ManifestFile)); err == nil {
				t.Error("a release with a manifest is a whole one")
			}
		}
	})
}

// A kit whose publisher signed a bomb is stopped at the size that the manifest names, in bounded memory.
func TestABombStaysSmall(t *testing.T) {
	p := newPublisher(t, "p")
	for name, c := range map[string]struct {
		content int
		claimed int64
		window  int
	}{
		"more than it says":       {64 << 20, 1000, mostWindow / 2},
		"less than it says":       {1000, 64 << 20, mostWindow / 2},
		"a window out of bounds":  {32 << 20, 32 << 20, 4 * mostWindow},
		"large and more than all": {64 << 20, 1 << 20, mostWindow / 2},
	} {
		t.Run(name, func(t *testing.T) {
			k := press(t, "1.2.0", release(), zstd.SpeedDefault)
			z, err := zstd.NewWriter(nil, zstd.WithWindowSize(c.window), zstd.WithEncoderConcurrency(1), zstd.WithSingleSegment(false))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			z.Reset(&b)
			if _, err := z.Write(make([]byte, c.content)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			k.stored[0] = b.Bytes()
			m := &k.manifest.Members[0]
			m.Size, m.SHA256, m.StoredSize, m.StoredSHA256 = c.claimed, sum(make([]byte, c.content)), int64(b.Len()), sum(b.Bytes())
			v, err := verify(t, onDisk(t, k.sign(t, p.signer()).bytes(t)), Anchor{Fingerprint: Fingerprint(p.chain)})
			if err != nil {
				t.Fatal(err)
			}
			root := t.TempDir()
			laid := filepath.Join(root, "laid")
			refused(t, v.Release().Lay(t.Context(), host.NewLocal(), laid, nil), "kit.changed")
			for path := range modes(t, root) {
				if info, err := os.Stat(filepath.Join(root, path)); err != nil || info.Size() > 1<<20 {
					t.Errorf("%s was left", path)
				}
			}
		})
	}
}

func TestAReleaseFromTheBinary(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "egovctl")
	if err := os.WriteFile(program, []byte("\x7fELF program"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	trees := []Tree{
		{Prefix: "templates", FS: fstest.MapFS{"text/vi/a.yaml": {Data: []byte("a: b\n")}}},
		{Prefix: "migrations/onestop", FS: fstest.MapFS{"0001_a.up.sql": {Data: []byte("--\n")}, "0012_b.up.sql": {}, "0012_b.down.sql": {}}},
	}
	r, err := FromBinary(program, "1.2.0", published, trees...)
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int{"onestop": 12}, m.Compatibility.Schemas); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"bin/egovctl"}, pathsOf(m.Members[:1])); d != "" {
		t.Error(d)
	}
	laid := filepath.Join(dir, "laid")
	if err := r.Lay(t.Context(), host.NewLocal(), laid, nil); err != nil {
		t.Fatal(err)
	}
	back, err := Verify(laid)
	wanted, _ := m.Encode()
	if have, _ := back.Encode(); string(have) != string(wanted) || err != nil {
		t.Errorf("%s\nis\n%s\n%v", wanted, have, err)
	}
	want := []string{"bin/egovctl", "manifest.json", "migrations/onestop/0001_a.up.sql", "migrations/onestop/0012_b.down.sql", "migrations/onestop/0012_b.up.sql", "templates/text/vi/a.yaml"}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(modes(t, laid)))); d != "" {
		t.Error(d)
	}
	t.Run("of a build without a number", func(t *testing.T) {
		r, err := FromBinary(program, "thu-nghiem", published, trees...)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := r.Manifest(); err != nil || m.Version != "thu-nghiem" || m.Compatibility.UpgradeFrom != nil {
			t.Error(m, err)
		}
	})
	t.Run("two trees with one name", func(t *testing.T) {
		if _, err := FromBinary(program, "1.2.0", published, trees[0], trees[0]); err == nil {
			t.Error("taken")
		}
	})
}

func pathsOf(members []Member) []string {
	var out []string
	for _, m := range members {
		out = append(out, m.Path)
	}
	return out
}
