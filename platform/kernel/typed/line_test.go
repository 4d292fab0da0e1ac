package typed_test

import (
	"testing"

	"egovctl/platform/kernel/typed"
)

func TestALineIsTheSameFromEveryKeyboard(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		"accents of their own are composed":              {"Nguye\u0302\u0303n Va\u0306n A", "Nguy\u1ec5n V\u0103n A"},
		"blanks are one space, and go at the ends":       {"\t An\u00a0 \u3000B\u00ecnh\r\n", "An B\u00ecnh"},
		"what is seen stays, be it a tag or a quotation": {"<b>O'Brien</b>", "<b>O'Brien</b>"},
		"nothing is nothing":                             {" \n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := typed.Line(c.in); got != c.out || !ok {
				t.Errorf("got %q, %v; want %q", got, ok, c.out)
			}
		})
	}
}

func TestATextKeepsItsLines(t *testing.T) {
	if got, ok := typed.Text(" M\u1ed9t:\r\n\t1.  a\u0301\n\n"); got != "M\u1ed9t:\n\t1.  \u00e1" || !ok {
		t.Errorf("got %q, %v", got, ok)
	}
}

func TestWhatNobodySeesIsRefused(t *testing.T) {
	for name, mark := range map[string]string{
		"NUL": "\x00", "escape": "\x1b", "delete": "\x7f", "a lone carriage return": "\r", "a control character of Latin 1": "\u0085", "soft hyphen": "\u00ad",
		"zero-width space": "\u200b", "zero-width joiner": "\u200d", "zero-width non-joiner": "\u200c", "override of direction": "\u202e",
		"isolate": "\u2066", "byte order mark": "\ufeff", "a tag": "\U000e0041", "line separator": "\u2028", "paragraph separator": "\u2029",
		"what stands for broken bytes": "\ufffd", "broken bytes": "\xff",
	} {
		if _, ok := typed.Line("a" + mark + "b"); ok {
			t.Errorf("%s within a line is taken", name)
		}
		if _, ok := typed.Text("a" + mark + "b"); ok {
			t.Errorf("%s within a text is taken", name)
		}
	}
	for _, end := range []string{"\n", "\r\n", "\t"} {
		if _, ok := typed.Line("a" + end + "b"); ok {
			t.Errorf("%q within a line is taken", end)
		}
	}
}
