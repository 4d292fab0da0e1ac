package term

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold breaks s between words into lines of at most n columns. A word that is longer, an address for one, keeps its
// line whole.
func Fold(s string, n int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(norm.NFC.String(s)) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= n:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
