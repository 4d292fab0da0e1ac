package keyring

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/secret"
	"egovctl/provisioning/kit"
)

var day = time.Date(2026, 9, 2, 7, 0, 0, 0, time.UTC)

// phrases has a passphrase for every key, its own.
func phrases(label string) (secret.String, error) {
	return secret.New("câu bí mật của " + label), nil
}

func options(dir string) Options { return Options{Dir: dir, Pass: phrases, Effort: 4} }

// begun is a ring of three holders of whom two sign.
func begun(t *testing.T) *Ring {
	t.Helper()
	r, err := Init(options(filepath.Join(t.TempDir(), "keys")), 3, 2, day)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tries builds a kit with the ring's keys, and tells whether somebody who trusts the ring's first root takes it.
func tries(t *testing.T, r *Ring, version string) error {
	t.Helper()
	s, err := r.Signer(day)
	if err != nil {
		return err
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "p")
	if err := os.WriteFile(program, []byte("program"), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	out := filepath.Join(dir, "k.kit")
	if _, err := kit.Build(context.Background(), out, kit.Source{Kind: kit.KindRelease, Version: version, Date: day, Programs: map[string]string{"linux-amd64": program},
		Trees: []kit.Tree{{Prefix: "docs", FS: fstest.MapFS{"a": {}}}}}, s, nil); err != nil {
		return err
	}
	f, err := kit.Open(out)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = f.Verify(t.Context(), kit.Anchor{Fingerprint: r.Fingerprint(), Now: day, Platform: "linux-amd64"}, nil)
	return err
}

func key(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Key
	}
	return ""
}

func TestKeysAreSealedAndOpenAgain(t *testing.T) {
	r := begun(t)
	if err := tries(t, r, "1.0.0"); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(r.path(e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		info, _ := e.Info()
		if sealed := bytes.HasPrefix(raw, []byte("age-encryption.org/")); strings.HasSuffix(e.Name(), keySuffix) && (!sealed || info.Mode().Perm() != 0o600) {
			t.Errorf("%s: sealed %v, %v", e.Name(), sealed, info.Mode())
		}
	}
	if len(entries) != 6 { // a root, four key files, the public key
		t.Errorf("%v", entries)
	}
	again, err := Open(options(r.dir))
	if err != nil || again.Fingerprint() != r.Fingerprint() {
		t.Fatal(err)
	}
	wrong := options(r.dir)
	wrong.Pass = func(string) (secret.String, error) { return secret.New("another phrase"), nil }
	if again, err = Open(wrong); err != nil {
		t.Fatal(err)
	}
	if err := tries(t, again, "1.0.0"); key(err) != "kit.keys.passphrase" {
		t.Error(err)
	}
	if again, err = Open(Options{Dir: r.dir}); err != nil {
		t.Fatal(err)
	}
	if err := tries(t, again, "1.0.0"); key(err) != "kit.keys.passphrase_wanted" {
		t.Error(err)
	}
}

func TestWhatCannotBeBegun(t *testing.T) {
	for name, c := range map[string]struct {
		holders, threshold int
		pass               Pass
		want               string
	}{
		"nobody":              {0, 0, phrases, "kit.keys.threshold"},
		"more than there are": {2, 3, phrases, "kit.keys.threshold"},
		"a crowd":             {21, 2, phrases, "kit.keys.threshold"},
		"a short passphrase":  {1, 1, func(string) (secret.String, error) { return secret.New("ngắn"), nil }, "kit.keys.short"},
	} {
		base := t.TempDir()
		_, err := Init(Options{Dir: filepath.Join(base, "keys"), Pass: c.pass, Effort: 4}, c.holders, c.threshold, day)
		if key(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(base); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
	r := begun(t)
	if _, err := Init(options(r.dir), 3, 2, day); key(err) != "kit.keys.there" {
		t.Error(err)
	}
	if _, err := Open(options(t.TempDir())); key(err) != "kit.keys.absent" {
		t.Error(err)
	}
}

func TestRotateLeavesTheIdentity(t *testing.T) {
	r := begun(t)
	own := r.Fingerprint()
	before, _ := r.Status()
	if err := r.Rotate(day.AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	after, err := r.Status()
	if err != nil || after.Fingerprint != own || after.Version != 2 || after.Pending != nil || !after.Expires.After(before.Expires) || after.Public == before.Public {
		t.Errorf("%+v %v", after, err)
	}
	for _, k := range after.Keys {
		kept := slices.ContainsFunc(before.Keys, func(b Key) bool { return b.ID == k.ID })
		if kept != (k.Role == kit.RootRole) || !k.Here {
			t.Errorf("%+v", k)
		}
	}
	if err := tries(t, r, "1.0.0"); err != nil {
		t.Error(err)
	}
}

// The holders of the root sit on other machines: each is given the public part, signs, and sends it back.
func TestHoldersSignApart(t *testing.T) {
	r := begun(t)
	away := t.TempDir()
	for _, n := range []string{"root-2-*", "root-3-*"} { // two of the three have left with their keys
		found, _ := filepath.Glob(r.path(n))
		if err := os.Rename(found[0], filepath.Join(away, filepath.Base(found[0]))); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Sign(filepath.Join(away, "x")); key(err) != "kit.keys.nothing" {
		t.Error("nothing waits:", err)
	}
	if err := r.Rotate(day); err != nil {
		t.Fatal(err)
	}
	s, err := r.Status()
	if err != nil || s.Version != 1 || s.Pending == nil || s.Pending.Version != 2 || len(s.Pending.SignedBy) != 1 {
		t.Fatalf("%+v %v", s, err)
	}
	if err := tries(t, r, "1.0.0"); err != nil {
		t.Error("the old keys sign until the new root stands:", err)
	}
	// The other machine has the public part alone.
	there := t.TempDir()
	for _, n := range []string{"1.root.json", pendingRoot} {
		raw, _ := os.ReadFile(r.path(n))
		if err := os.WriteFile(filepath.Join(there, n), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	holder, err := Open(options(there))
	if err != nil {
		t.Fatal(err)
	}
	stranger := begun(t)
	theirs, _ := filepath.Glob(stranger.path("root-1-*"))
	if err := holder.Sign(theirs[0]); key(err) != "kit.keys.foreign" {
		t.Error("somebody else's key:", err)
	}
	releases, _ := filepath.Glob(r.path("release-*"))
	if err := holder.Sign(releases[0]); key(err) != "kit.keys.foreign" {
		t.Error("a release key:", err)
	}
	found, _ := filepath.Glob(filepath.Join(away, "root-2-*"))
	if err := holder.Sign(found[0]); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(there, "2.root.json"))
	if err != nil {
		t.Fatal("two of three have signed:", err)
	}
	if err := os.WriteFile(r.path("2.root.json"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	back, err := Open(options(r.dir))
	if err != nil {
		t.Fatal(err)
	}
	if s, err = back.Status(); err != nil || s.Version != 2 || s.Pending != nil {
		t.Errorf("%+v %v", s, err)
	}
	if err := tries(t, back, "1.1.0"); err != nil {
		t.Error(err)
	}
}

func TestRevoke(t *testing.T) {
	t.Run("a holder", func(t *testing.T) {
		r := begun(t)
		before, _ := r.Status()
		gone := before.Keys[0].ID
		if err := r.Revoke(gone[:10], day); err != nil {
			t.Fatal(err)
		}
		after, err := r.Status()
		if err != nil || after.Version != 2 || len(after.Keys) != len(before.Keys) || slices.ContainsFunc(after.Keys, func(k Key) bool { return k.ID == gone }) {
			t.Errorf("%+v %v", after, err)
		}
		root, _ := kit.ReadRoot(r.Roots[1])
		if slices.Contains(root.SignedBy, gone) {
			t.Error("the revoked key has signed, although there were others enough")
		}
		if err := tries(t, r, "1.0.0"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a release key takes its fellows along", func(t *testing.T) {
		r := begun(t)
		before, _ := r.Status()
		if err := r.Revoke(before.Keys[len(before.Keys)-1].ID, day); err != nil {
			t.Fatal(err)
		}
		after, _ := r.Status()
		for i, k := range after.Keys[3:] {
			if k.ID == before.Keys[3+i].ID {
				t.Errorf("%s stays", k.Role)
			}
		}
	})
	t.Run("the only holder", func(t *testing.T) {
		r, err := Init(options(filepath.Join(t.TempDir(), "keys")), 1, 1, day)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := r.Status()
		if err := r.Revoke(s.Keys[0].ID, day); err != nil {
			t.Fatal(err)
		}
		if s, _ = r.Status(); s.Version != 2 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("a key that nobody knows", func(t *testing.T) {
		for _, id := range []string{"", "0123", "0123456789"} {
			if err := begun(t).Revoke(id, day); key(err) != "kit.keys.unknown" {
				t.Errorf("%q: %v", id, err)
			}
		}
	})
}

func TestAnEndedRootSignsNothing(t *testing.T) {
	r := begun(t)
	if _, err := r.Signer(day.AddDate(rootYears, 0, 0)); key(err) != "kit.keys.expired" {
		t.Error(err)
	}
}

// The development ring is made once, says what it is, and two who begin at the same time get the same.
func TestTheDevelopmentRing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "config", "keys")
	prints := make(chan string, 8)
	for range cap(prints) {
		go func() {
			r, err := Development(dir, day)
			if err != nil {
				t.Error(err)
				prints <- ""
				return
			}
			prints <- r.Fingerprint()
		}()
	}
	first := <-prints
	for range cap(prints) - 1 {
		if p := <-prints; p != first {
			t.Errorf("%s and %s", p, first)
		}
	}
	r, err := Development(dir, day)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || !s.Development {
		t.Errorf("%+v %v", s, err)
	}
	if left, _ := os.ReadDir(filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Development(begun(t).dir, day); key(err) != "kit.keys.damaged" {
		t.Error("a true ring is none for development:", err)
	}
}

func FuzzKeyFile(f *testing.F) {
	f.Add([]byte(`{"seeds":{"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}`))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 4\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		r := Ring{pass: func(string) (secret.String, error) { return secret.New("none of these"), nil }}
		c, err := r.unseal(path, "k")
		for _, seed := range c.Seeds {
			if err == nil && len(seed) != 32 {
				t.Errorf("%d bytes", len(seed))
			}
		}
	})
}
