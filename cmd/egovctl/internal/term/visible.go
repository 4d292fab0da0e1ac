package term

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes s fit to be shown within a sentence, wherever it comes from: no more than most letters, the last one an
// ellipsis when something went, and what is no letter (control characters, those that turn the direction of writing,
// bytes that are no UTF-8) as its escape.
func Visible(s string, most int) string {
	var b strings.Builder
	for n := 0; s != ""; n++ {
		r, size := utf8.DecodeRuneInString(s)
		if n >= most-1 && len(s) > size {
			b.WriteString("…")
			break
		}
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.Is(unicode.Cf, r), r == 0x2028, r == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		s = s[size:]
	}
	return b.String()
}
