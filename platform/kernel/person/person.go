// Package person holds the rules for identifiers and names of people (DOMAIN §7.6) and types that
// print themselves masked, so that a careless line in a log or list shows nothing.
package person

import (
	"log/slog"
	"strings"
	"unicode"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/typed"
)

// Number is a personal identification number (số định danh cá nhân, CCCD): 12 digits. An old CMND of
// 9 digits is accepted only where a rule says so.
type Number string

// ParseNumber accepts exactly 12 ASCII digits. Whether the number looks odd is Number.Odd: a warning,
// never a refusal, because no check digit exists and registration places changed (DOMAIN §7.6).
func ParseNumber(s string) (Number, error) {
	s = strings.TrimSpace(s)
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" {
		return "", fault.New(fault.Invalid, "person.number.invalid").At("id_number")
	}
	return Number(s), nil
}

// Odd reports that the place code is neither a province of before July 2025 (001-096) nor a country (from 101):
// worth asking again, not refusing. Codes 097 to 099 are unused and serve invented people.
func (n Number) Odd() bool {
	if len(n) != 12 {
		return true
	}
	place := string(n[:3])
	return place == "000" || (place > "096" && place < "101")
}

// Masked shows the first four and last three digits: 0480*****123.
func (n Number) Masked() string { return mask(string(n), 4, 3) }

// String is masked: Reveal is the way to the digits.
func (n Number) String() string { return n.Masked() }

// LogValue is masked.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.Masked()) }

// Reveal returns the digits.
func (n Number) Reveal() string { return string(n) }

// Phone is a Vietnamese telephone number in national form (0905123456).
type Phone string

// ParsePhone accepts 10-digit mobiles (03x 05x 07x 08x 09x) and 11-digit landlines (02xx), with +84 or 0, and
// spaces or dots between groups; "" is "" (a phone is optional in many forms).
func ParsePhone(s string) (Phone, error) {
	var b strings.Builder
	for i, r := range strings.TrimSpace(s) {
		switch {
		case r >= '0' && r <= '9', r == '+' && i == 0:
			b.WriteRune(r)
		case r == ' ' || r == '.' || r == '-':
		default:
			return "", fault.New(fault.Invalid, "person.phone.invalid").At("phone")
		}
	}
	d := b.String()
	if d == "" {
		return "", nil
	}
	if strings.HasPrefix(d, "+84") {
		d = "0" + d[3:]
	}
	mobile := len(d) == 10 && d[0] == '0' && strings.ContainsRune("35789", rune(d[1]))
	landline := len(d) == 11 && strings.HasPrefix(d, "02")
	if !mobile && !landline {
		return "", fault.New(fault.Invalid, "person.phone.invalid").At("phone")
	}
	return Phone(d), nil
}

// Masked shows 0905***456.
func (p Phone) Masked() string { return mask(string(p), 4, 3) }

// String is masked: Reveal is the way to the digits.
func (p Phone) String() string { return p.Masked() }

// LogValue is masked.
func (p Phone) LogValue() slog.Value { return slog.StringValue(p.Masked()) }

// Reveal returns the digits.
func (p Phone) Reveal() string { return string(p) }

// MaxName is the longest name that a form takes, in characters.
const MaxName = 150

// ParseName accepts one to 150 characters in any script, without control characters; it comes out as typed.Line gives it.
// A name is one field: it is never split (DOMAIN §7.6).
func ParseName(s string) (string, error) {
	s = typed.Line(s)
	letters := 0
	for _, r := range s {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return "", fault.New(fault.Invalid, "person.name.invalid").At("name")
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters == 0 || len([]rune(s)) > MaxName {
		return "", fault.New(fault.Invalid, "person.name.invalid").At("name")
	}
	return s, nil
}

// SortKey orders names as Vietnamese lists do: given name first, then family, then middle.
func SortKey(name string) string {
	w := strings.Fields(name)
	if len(w) < 2 {
		return name
	}
	last := len(w) - 1
	return w[last] + " " + w[0] + " " + strings.Join(w[1:last], " ")
}

func mask(s string, head, tail int) string {
	if len(s) <= head+tail {
		return strings.Repeat("*", len(s))
	}
	return s[:head] + strings.Repeat("*", len(s)-head-tail) + s[len(s)-tail:]
}
