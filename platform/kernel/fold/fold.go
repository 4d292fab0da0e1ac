// Package fold makes Vietnamese text comparable: accents, letter variants (ă â đ ê ô ơ ư), case,
// tone placement (hòa, hoà) and punctuation fall away, so "dang ky khai sinh" meets "Đăng ký khai sinh".
// Stored text is never changed by it.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text folds s: NFD, combining marks dropped, đ to d, lower case, everything that is neither letter nor
// digit becomes one space, no space at either end.
func Text(s string) string { return reduce(s, false) }

// Exact keeps the accents but folds case, punctuation and the placement of the tone mark, so that exact
// spellings can be ranked first: "Hoà  Vang," and "hòa vang" are equal, "hoa vang" is not.
func Exact(s string) string { return reduce(s, true) }

// Words splits the folded text.
func Words(s string) []string { return strings.Fields(Text(s)) }

// tone marks of Vietnamese: grave, acute, tilde, hook above, dot below.
func isTone(r rune) bool {
	return r == 0x300 || r == 0x301 || r == 0x303 || r == 0x309 || r == 0x323
}

func reduce(s string, keepAccents bool) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	var tone rune // in keepAccents mode the tone of a word is written at its end: placement no longer matters
	endWord := func() {
		if tone != 0 {
			b.WriteRune(tone)
			tone = 0
		}
	}
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
			if !keepAccents {
				continue
			}
			if isTone(r) {
				tone = r
			} else {
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			r = unicode.ToLower(r)
			if r == 'đ' && !keepAccents {
				r = 'd'
			}
			b.WriteRune(r)
		default:
			endWord()
			space = true
		}
	}
	endWord()
	return b.String()
}
