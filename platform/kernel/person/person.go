// Package person holds the rules for identifiers and names of people, and types that print themselves masked, so that a
// careless line in a log or list shows nothing.
package person

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"egovctl/platform/kernel/clock"
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

// Provinces are the 63 of before July 2025, by the three digits with which a number begins (TT 07/2016/TT-BCA Phụ lục 1):
// whoever was registered there keeps them. Codes 097 to 099 are unused and serve invented people.
const Provinces = "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 " +
	"049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"

// longestLife is how many years ago a holder may have been born.
const longestLife = 120

// Odd reports that today gives reason to ask again, not to refuse. The place is no province, nor a country (they begin
// with 101; which of those codes were given is in no record that we have); or the year of birth that the next three
// digits say (0 and 1 are the 20th century, 2 and 3 the 21st, and so on, then the last two of the year) is to come, or is
// longer ago than people live.
func (n Number) Odd(today time.Time) bool {
	d := n.Reveal()
	if len(d) != 12 {
		return true
	}
	place := d[:3]
	if place < "101" && !slices.Contains(strings.Fields(Provinces), place) {
		return true
	}
	born, year := 1900+int(d[3]-'0')/2*100+int(d[4]-'0')*10+int(d[5]-'0'), today.In(clock.Vietnam).Year()
	return born > year || born < year-longestLife
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

// ParseName accepts one to 150 characters in any script, a letter among them; it is a typed.Line, and comes out as one. A
// name is one field: it is never split.
func ParseName(s string) (string, error) {
	s, ok := typed.Line(s)
	if !ok || !strings.ContainsFunc(s, unicode.IsLetter) || len([]rune(s)) > MaxName {
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
