// Package typed makes one text of what people type: the same name comes out of every keyboard and clipboard.
package typed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Line is s on one line: composed (NFC: macOS types "e" and an accent of its own), runs of blanks as one space, and
// without the marks that nobody sees (zero-width spaces, marks of direction): they come along with a paste, hide a name
// from the search, or print it backwards.
func Line(s string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Join(strings.Fields(seen), " "))
}
