// Package typed makes one text of what people type: the same name comes out of every keyboard and clipboard.
package typed

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Line is s on one line: composed (NFC: macOS types "e" and an accent of its own), runs of blanks as one space, nothing
// around it. It is false for what no line of a name, an address or a title may hold: line ends, control characters, and
// marks that nobody sees (zero-width characters, marks of direction), which come along with a paste, hide a name from
// the search, or print it backwards; no language of Việt Nam is written with them.
func Line(s string) (string, bool) {
	s = strings.TrimSpace(s)
	return norm.NFC.String(strings.Join(strings.Fields(s), " ")), !strings.ContainsFunc(s, hidden)
}

// Text is Line for a text of several lines: line ends (as "\n"), tabs and runs of blanks stay.
func Text(s string) (string, bool) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	return norm.NFC.String(s), !strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && hidden(r) })
}

// hidden reports a character that is neither seen nor a blank; U+FFFD stands for bytes that were none.
func hidden(r rune) bool {
	return r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
