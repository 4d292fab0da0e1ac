// Package secret holds strings that must never reach a log, a journal or a screen by
// accident: printed in any way they show as stars.
package secret

import (
	"crypto/rand"
	"encoding/base64"
	"log/slog"
)

const mask = "********"

// String is a secret. Reveal is the only way to its content.
type String struct{ v string }

// New wraps v.
func New(v string) String { return String{v} }

// Random makes a secret of n random bytes, URL-safe.
func Random(n int) String {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails since Go 1.24
	return String{base64.RawURLEncoding.EncodeToString(b)}
}

// Reveal returns the content: the call that a reviewer looks for.
func (s String) Reveal() string { return s.v }

// Empty reports whether there is no content.
func (s String) Empty() bool { return s.v == "" }

func (s String) String() string               { return mask }
func (s String) GoString() string             { return mask }
func (s String) LogValue() slog.Value         { return slog.StringValue(mask) }
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }
