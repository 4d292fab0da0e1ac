package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// fingerprint is the identity of a chain of roots: the SHA-256 of the bytes of its first one, 64 hexadecimal signs.
func fingerprint(root []byte) string {
	sum := sha256.Sum256(root)
	return hex.EncodeToString(sum[:])
}

// Grouped is a fingerprint as it is printed in a letter: groups of four signs.
func Grouped(fingerprint string) string {
	var b strings.Builder
	for i, r := range fingerprint {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Plain takes the separators out of a fingerprint that a person typed.
func Plain(typed string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", ":", "", ".", "", "\t", "", "\n", "").Replace(typed))
}
