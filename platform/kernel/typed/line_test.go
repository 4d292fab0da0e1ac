package typed_test

import (
	"testing"

	"egovctl/platform/kernel/typed"
)

func TestALineIsTheSameFromEveryKeyboard(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"accents of their own are composed":              {"Nguye\u0302\u0303n Va\u0306n A", "Nguy\u1ec5n V\u0103n A"},
		"a zero-width space and a byte order mark go":    {"\ufeffNguy\u1ec5n V\u200b\u0103n A", "Nguy\u1ec5n V\u0103n A"},
		"a mark of direction goes":                       {"\u202eAn\u2066 B\u00ecnh", "An B\u00ecnh"},
		"blanks and line ends are one space":             {"  An\r\n\u00a0 B\u00ecnh\t", "An B\u00ecnh"},
		"what is seen stays, be it a tag or a quotation": {"<b>O'Brien</b>", "<b>O'Brien</b>"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := typed.Line(c.in); got != c.out {
				t.Errorf("got %q, want %q", got, c.out)
			}
		})
	}
}
