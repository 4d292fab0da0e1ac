// Package person holds the rules for identifiers and names of people, and types that print themselves masked, so that a
// careless line in a log or list shows nothing.
package person

import (
	"strings"
	"unicode"

	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/typed"
)

// Number is a personal identification number (số định danh cá nhân, CCCD): 12 digits. An old CMND of
// 9 digits is accepted only where a rule says so.
type Number struct{ digits }

// NumberOf takes digits that were checked before, as the store gives them.
func NumberOf(checked string) Number { return Number{keep(checked)} }

// Ungrouped is a number without what people write between its groups: blanks, dots and hyphens.
func Ungrouped(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '.' || r == '-' || r == '\u2011' {
			return -1
		}
		return r
	}, s)
}

// ParseNumber accepts exactly 12 ASCII digits, grouped or not. Whether the number looks odd is Number.Odd: a warning,
// never a refusal, because no check digit exists and registration places changed.
func ParseNumber(s string) (Number, error) {
	s = Ungrouped(s)
	if len(s) != 12 || strings.Trim(s, "0123456789") != "" {
		return Number{}, fault.New(fault.Invalid, "person.number.invalid").At("id_number")
	}
	return NumberOf(s), nil
}

// Odd reports that the place code is neither a province of before July 2025 (001-096) nor a country (from 101):
// worth asking again, not refusing. Codes 097 to 099 are unused and serve invented people.
func (n Number) Odd() bool {
	d := n.Reveal()
	if len(d) != 12 {
		return true
	}
	place := d[:3]
	return place == "000" || (place > "096" && place < "101")
}

// Phone is a Vietnamese telephone number in national form (0905123456).
type Phone struct{ digits }

// PhoneOf takes digits that were checked before, as the store gives them.
func PhoneOf(checked string) Phone { return Phone{keep(checked)} }

// ParsePhone accepts 10-digit mobiles (03x 05x 07x 08x 09x) and 11-digit landlines (02xx), with +84 or 0, grouped or
// not; "" is "" (a phone is optional in many forms).
func ParsePhone(s string) (Phone, error) {
	d := Ungrouped(s)
	if d == "" {
		return Phone{}, nil
	}
	if strings.HasPrefix(d, "+84") {
		d = "0" + d[3:]
	}
	if strings.Trim(d, "0123456789") != "" {
		return Phone{}, fault.New(fault.Invalid, "person.phone.invalid").At("phone")
	}
	mobile := len(d) == 10 && d[0] == '0' && strings.ContainsRune("35789", rune(d[1]))
	landline := len(d) == 11 && strings.HasPrefix(d, "02")
	if !mobile && !landline {
		return Phone{}, fault.New(fault.Invalid, "person.phone.invalid").At("phone")
	}
	return PhoneOf(d), nil
}

// MaxName is the longest name that a form takes, in characters.
const MaxName = 150

// ParseName accepts one to 150 characters in any script, without control characters; it comes out as typed.Line gives it.
// A name is one field: it is never split.
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
	return w[last] + " " + strings.Join(w[:last], " ")
}
