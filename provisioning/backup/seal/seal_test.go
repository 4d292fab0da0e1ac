package seal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"filippo.io/age"
	"pgregory.net/rapid"

	"egovctl/provisioning/backup/seal"
)

func identity(t interface{ Fatal(...any) }) *age.X25519Identity {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sealed(t interface{ Fatal(...any) }, text []byte, to ...age.Recipient) (stored []byte, sum string) {
	var b bytes.Buffer
	w, err := seal.To(&b, to...)
	if err == nil {
		_, err = w.Write(text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	n, sum := w.Stored()
	if n != int64(b.Len()) {
		t.Fatal("the size is not that of what was written")
	}
	return b.Bytes(), sum
}

func TestEachRecipientReadsWhatWasSealed(t *testing.T) {
	a, b := identity(t), identity(t)
	rapid.Check(t, func(t *rapid.T) {
		text := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "text"), rapid.IntRange(0, 3000).Draw(t, "times"))
		stored, sum := sealed(t, text, a.Recipient(), b.Recipient())
		for _, id := range []age.Identity{a, b} {
			r, err := seal.From(bytes.NewReader(stored), id)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			if err := errors.Join(err, r.Rest()); err != nil || !bytes.Equal(got, text) {
				t.Fatalf("%d bytes of %d: %v", len(got), len(text), err)
			}
			r.Close()
			want := sha256.Sum256(stored)
			if n, s := r.Stored(); n != int64(len(stored)) || s != sum || s != hex.EncodeToString(want[:]) {
				t.Fatalf("stored %d %s, want %d %s", n, s, len(stored), sum)
			}
		}
	})
}

func TestAnotherKeyDoesNotOpenIt(t *testing.T) {
	stored, _ := sealed(t, []byte("mật"), identity(t).Recipient())
	if _, err := seal.From(bytes.NewReader(stored), identity(t)); !errors.Is(err, seal.ErrKey) {
		t.Errorf("%v", err)
	}
}

// Whatever bit of the stored bytes is flipped, what is read ends with an error, or its sum is another.
func TestNoFlippedBitGoesUnseen(t *testing.T) {
	id := identity(t)
	text := make([]byte, 200_000)
	for i := range text {
		text[i] = byte(rand.IntN(4))
	}
	stored, sum := sealed(t, text, id.Recipient())
	for range 300 {
		at := rand.IntN(len(stored))
		bad := bytes.Clone(stored)
		bad[at] ^= 1 << rand.IntN(8)
		r, err := seal.From(bytes.NewReader(bad), id)
		if err != nil {
			continue
		}
		got, err := io.ReadAll(r)
		_ = r.Rest()
		_, s := r.Stored()
		r.Close()
		if err == nil && s == sum {
			t.Fatalf("byte %d: nothing is seen, and the text is the same: %v", at, bytes.Equal(got, text))
		}
		if s == sum {
			t.Fatalf("byte %d: the sum does not show it", at)
		}
	}
}
