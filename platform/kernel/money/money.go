// Package money counts in đồng: whole numbers, no decimals.
package money

import (
	"strconv"
	"strings"
)

// Dong is an amount in đồng.
type Dong int64

// String writes 120000 as "120.000 đ".
func (d Dong) String() string { return Group(int64(d)) + " đ" }

// Group writes 1234567 as "1.234.567", as Vietnamese numbers are written.
func Group(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(r)
	}
	return sign + b.String()
}
