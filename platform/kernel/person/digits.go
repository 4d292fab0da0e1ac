package person

import (
	"fmt"
	"strings"
	"unique"
)

// digits belong to somebody: however they are printed, logged or marshalled they come out masked, and Reveal is the only
// way to them. They lie behind a handle because fmt asks no method of a value in an unexported field, but does not follow
// a pointer there either; two handles of the same digits are equal.
type digits struct{ handle unique.Handle[string] }

func keep(s string) digits {
	if s == "" {
		return digits{}
	}
	return digits{unique.Make(s)}
}

// Reveal returns the digits, "" when there are none: the call that a reviewer looks for.
func (d digits) Reveal() string {
	if d == (digits{}) {
		return ""
	}
	return d.handle.Value()
}

// Masked shows the first four and the last three: 0480*****123, 0905***456.
func (d digits) Masked() string {
	const head, tail = 4, 3
	s := d.Reveal()
	if len(s) <= head+tail {
		return strings.Repeat("*", len(s))
	}
	return s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:]
}

// String is masked.
func (d digits) String() string { return d.Masked() }

// Format is masked for every verb of fmt.
func (d digits) Format(f fmt.State, verb rune) { fmt.Fprintf(f, fmt.FormatString(f, verb), d.Masked()) }

// MarshalText is masked: what may see the digits asks for them.
func (d digits) MarshalText() ([]byte, error) { return []byte(d.Masked()), nil }
