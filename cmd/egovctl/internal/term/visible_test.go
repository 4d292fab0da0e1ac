package term_test

import (
	"strings"
	"testing"

	"egovctl/cmd/egovctl/internal/term"
)

func TestVisible(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a sentence stays", "Sở Xây dựng, 5 ngày", "Sở Xây dựng, 5 ngày"},
		{"twenty letters stay", strings.Repeat("đ", 20), strings.Repeat("đ", 20)},
		{"the twenty-first makes an ellipsis", strings.Repeat("đ", 21), strings.Repeat("đ", 19) + "…"},
		{"a terminal is told nothing", "a\x1b[31mb\x00\x7f", `a\x1b[31mb\x00\x7f`},
		{"lines stay one line", "a\nb\tc\r", `a\nb\tc\x0d`},
		{"bytes that are no text", "a\xffb", `a\xffb`},
		{"nothing is written backwards", "a\u202eb", `a\u202eb`},
		{"nothing is nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := term.Visible(c.text, 20); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
