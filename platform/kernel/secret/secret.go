// Package secret holds strings that must never reach a log, a journal or a screen by
// accident: printed in any way they show as stars.
package secret

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"unique"
)

const mask = "********"

// String is a secret. Reveal is the only way to its content, which lies behind a handle because fmt asks no method of a
// value in an unexported field, but does not follow a pointer there either.
type String struct{ handle unique.Handle[string] }

// New wraps v.
func New(v string) String { return String{unique.Make(v)} }

// Random makes a secret of n random bytes, URL-safe.
func Random(n int) String {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return New(base64.RawURLEncoding.EncodeToString(b))
}

// Reveal returns the content: the call that a reviewer looks for.
func (s String) Reveal() string {
	if s == (String{}) {
		return ""
	}
	return s.handle.Value()
}

// Empty reports whether there is no content.
func (s String) Empty() bool { return s.Reveal() == "" }

// String is stars.
func (s String) String() string { return mask }

// Format is stars for every verb of fmt.
func (s String) Format(f fmt.State, verb rune) { fmt.Fprintf(f, fmt.FormatString(f, verb), mask) }

// MarshalText is stars.
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }
