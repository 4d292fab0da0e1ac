// Package share splits a secret among n holders so that any k of them have it again and k-1 of them have nothing
// (A. Shamir, How to share a secret, 1979), and writes shares as lines that a person can read from paper.
//
// It works byte by byte in the field of 256 elements: a key of age is any string of bytes, while a library that shares numbers
// below the order of a group cannot take every one.
package share

import (
	"crypto/rand"
	"errors"
	"fmt"
)

// Most holders: the field has 255 points beside the secret's own; a committee is smaller.
const Most = 32

// Part is what one holder has: its point and the value there, as long as the secret.
type Part struct {
	X byte // from 1
	Y []byte
}

var (
	errCount  = errors.New("shares and threshold do not fit")
	errFew    = errors.New("too few shares")
	errMixed  = errors.New("shares of different length")
	errDouble = errors.New("the same share twice")
)

// Split makes n parts, any k of which give secret again. Errors for 2 <= k <= n <= Most that does not hold.
func Split(secret []byte, n, k int) ([]Part, error) {
	if k < 2 || k > n || n > Most {
		return nil, fmt.Errorf("%d of %d: %w", k, n, errCount)
	}
	parts := make([]Part, n)
	for i := range parts {
		parts[i] = Part{X: byte(i + 1), Y: make([]byte, len(secret))} //nolint:gosec // at most 32
	}
	line := make([]byte, k) // of the polynomial: the secret, then k-1 random ones
	for at, b := range secret {
		if _, err := rand.Read(line[1:]); err != nil {
			return nil, fmt.Errorf("split: %w", err)
		}
		line[0] = b
		for i := range parts {
			y := byte(0)
			for c := k - 1; c >= 0; c-- { // Horner
				y = times(y, parts[i].X) ^ line[c]
			}
			parts[i].Y[at] = y
		}
	}
	return parts, nil
}

// Join gives the secret again out of k parts, or any bytes out of fewer: whoever joins must know k and check the result.
func Join(parts []Part) ([]byte, error) {
	if len(parts) < 2 {
		return nil, errFew
	}
	seen := map[byte]bool{0: true}
	for _, p := range parts {
		switch {
		case seen[p.X]:
			return nil, errDouble
		case len(p.Y) != len(parts[0].Y):
			return nil, errMixed
		}
		seen[p.X] = true
	}
	secret := make([]byte, len(parts[0].Y))
	for i, p := range parts {
		weight := byte(1) // of this part at the point 0, after Lagrange
		for j, q := range parts {
			if i != j {
				weight = times(weight, times(q.X, inverse(q.X^p.X)))
			}
		}
		for at, y := range p.Y {
			secret[at] ^= times(weight, y)
		}
	}
	return secret, nil
}

// times multiplies in the field of AES, without tables and branches: how long it takes tells nothing.
func times(a, b byte) byte {
	var product byte
	for range 8 {
		product ^= a & -(b & 1)
		a = a<<1 ^ 0x1b&-(a>>7)
		b >>= 1
	}
	return product
}

// inverse is a to the power of 254.
func inverse(a byte) byte {
	r := byte(1)
	for range 7 {
		a = times(a, a)
		r = times(r, a)
	}
	return r
}
