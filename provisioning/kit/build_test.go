package kit

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"aead.dev/minisign"
	"github.com/klauspost/compress/zstd"

	"egovctl/platform/kernel/fault"
)

// source is a release out of files on this disk.
func source(t *testing.T) Source {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, bytes.Repeat([]byte("egovctl"), 100_000), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	long := strings.Repeat("t", 90) + "/" + strings.Repeat("u", 20) + ".html"
	return Source{Kind: KindRelease, Version: "1.2.0", Date: published, Programs: map[string]string{"linux-amd64": program, "linux-arm64": program}, Level: zstd.SpeedDefault,
		Trees: []Tree{{Prefix: "templates", FS: fstest.MapFS{"text/vi/web.yaml": {Data: []byte("a: b\n")}, long: {Data: []byte("x")}}}}}
}

func TestTheSameSourceIsTheSameBytes(t *testing.T) {
	s, p := source(t), newPublisher(t, "p")
	var first [2][]byte
	for i := range 2 {
		out := filepath.Join(t.TempDir(), "k.kit")
		if err := os.WriteFile(out, []byte("an older one"), 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := Build(t.Context(), out, s, p.signer(), nil)
		if err != nil {
			t.Fatal(err)
		}
		left, err := os.ReadDir(filepath.Dir(out))
		if err != nil || len(left) != 2 {
			t.Error("more than the kit and its signature:", left, err)
		}
		raw, err := os.ReadFile(out)
		sig, err2 := os.ReadFile(out + SignatureSuffix)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		if sum(raw) != b.SHA256 || int64(len(raw)) != b.Bytes || b.Development || b.Fingerprint != Fingerprint(p.chain) {
			t.Errorf("%+v", b)
		}
		if i == 0 {
			first = [2][]byte{raw, sig}
		} else if !bytes.Equal(raw, first[0]) || !bytes.Equal(sig, first[1]) {
			t.Error("another day, another kit")
		}
		time.Sleep(time.Second) // a date out of the clock would be another one now
	}
}

// Public tools read a kit and check it, before anything of ours runs.
func TestPublicToolsReadAKit(t *testing.T) {
	s, p := source(t), newPublisher(t, "p")
	out := filepath.Join(t.TempDir(), "k.kit")
	b, err := Build(t.Context(), out, s, p.signer(), nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	n := 0
	for r := tar.NewReader(f); ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || h.Typeflag != tar.TypeReg || !h.ModTime.Equal(published) || h.Mode != 0o644 {
			t.Fatal(h, err)
		}
	}
	if n != len(b.Manifest.Members)+5 {
		t.Errorf("%d entries", n)
	}
	if list, err := exec.Command("tar", "-tf", out).CombinedOutput(); err != nil || strings.Count(string(list), "\n") != n { //nolint:gosec // our own file
		t.Errorf("%v\n%s", err, list)
	}
	public := p.signer().Download.Public().(minisign.PublicKey)
	raw, _ := os.ReadFile(out)
	sig, _ := os.ReadFile(out + SignatureSuffix)
	if !minisign.Verify(public, raw, sig) {
		t.Error("the signature beside the kit is not good")
	}
	raw[len(raw)/2] ^= 1
	if minisign.Verify(public, raw, sig) {
		t.Error("it is good for another file too")
	}
}

func TestWhatCannotBeBuilt(t *testing.T) {
	p := newPublisher(t, "p")
	for name, c := range map[string]struct {
		change func(s *Source)
		out    string
		want   string
	}{
		"a Vietnamese name":         {func(s *Source) { s.Trees[0].FS = fstest.MapFS{"cài-đặt.txt": {}} }, "k.kit", "kit.build.source"},
		"a name twice":              {func(s *Source) { s.Trees = append(s.Trees, s.Trees[0]) }, "k.kit", "kit.build.source"},
		"no program":                {func(s *Source) { s.Programs = nil }, "k.kit", "kit.build.source"},
		"a program that is not":     {func(s *Source) { s.Programs = map[string]string{"linux-amd64": "/nowhere"} }, "k.kit", "kit.build.source"},
		"a machine that is none":    {func(s *Source) { s.Programs["plan9-386"] = s.Programs["linux-amd64"] }, "k.kit", "kit.build.source"},
		"a version that is none":    {func(s *Source) { s.Version = "thu" }, "k.kit", "kit.build.source"},
		"data with a program":       {func(s *Source) { s.Kind, s.Fits = KindData, ">=1.0.0" }, "k.kit", "kit.build.source"},
		"data that fit nothing":     {func(s *Source) { s.Kind, s.Programs = KindData, nil }, "k.kit", "kit.build.source"},
		"a manifest in the release": {func(s *Source) { s.Trees[0] = Tree{FS: fstest.MapFS{"manifest.json": {}}} }, "k.kit", "kit.build.source"},
		"a file where a folder is":  {func(s *Source) { s.Trees[0] = Tree{FS: fstest.MapFS{"bin": {}}} }, "k.kit", "kit.build.source"},
		"no folder to write to":     {func(*Source) {}, "no/where/k.kit", "kit.build.out"},
	} {
		t.Run(name, func(t *testing.T) {
			s := source(t)
			c.change(&s)
			dir := t.TempDir()
			_, err := Build(t.Context(), filepath.Join(dir, c.out), s, p.signer(), nil)
			if f := fault.From(err); err == nil || f.Code != fault.Invalid || f.Key != c.want {
				t.Errorf("%v", err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestAKitThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent"), "/dev/null"} {
		_, err := Open(path)
		if f := fault.From(err); err == nil || f.Code != fault.Invalid || f.Key != "kit.unreadable" {
			t.Errorf("%s: %v", path, err)
		}
	}
}
