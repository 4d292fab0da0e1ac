package locale_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"egovctl/platform/kernel/locale"
)

func TestOverridesOfSentences(t *testing.T) {
	shipped := fstest.MapFS{
		"text/vi/a.yaml": {Data: []byte("a.hello: Chào {name}\na.count: \"{n} hồ sơ\"\na.bye: Tạm biệt\n")},
		"text/en/a.yaml": {Data: []byte("a.hello: Hello {name}\na.count: \"{n} {n|dossier|dossiers}\"\na.bye: Goodbye\n")},
		"text/vi/b.yaml": {Data: []byte("b.other: Khác\n")},
	}
	for _, c := range []struct{ name, own, hello, why string }{
		{"nothing", "", "Chào Ánh", ""},
		{"one sentence; what is left out stays", "a.hello: Kính chào {name}\n", "Kính chào Ánh", ""},
		{"nested, with line ends of Windows", "a:\r\n  hello: Kính chào {name}\r\n", "Kính chào Ánh", ""},
		{"a comment alone", "# chưa có gì\n", "Chào Ánh", ""},
		{"no YAML", "a.hello: [Kính chào {name}\n", "Chào Ánh", "text/vi/a.yaml"},
		{"a key that is not shipped", "a.hello: Kính chào {name}\na.helo: x\n", "Chào Ánh", `no message "a.helo"`},
		{"a key of another file", "b.other: Của a\n", "Chào Ánh", `no message "b.other"`},
		{"a key given twice", "a.hello: Kính chào {name}\n'a.hello': x {name}\n", "Chào Ánh", "a.hello"},
		{"a blank is lost: all of the file is put aside", "a.bye: Hẹn gặp lại\na.hello: Kính chào\n", "Chào Ánh", `"a.hello" lacks {name}`},
		{"a blank that nothing fills", "a.hello: Kính chào {name} {title}\n", "Chào Ánh", "{title}"},
		{"an empty sentence", "a.hello:\n", "Chào Ánh", "empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			own := fstest.MapFS{}
			if c.own != "" {
				own["text/vi/a.yaml"] = &fstest.MapFile{Data: []byte(c.own)}
			}
			got, refused, err := locale.LoadOver(shipped, own)
			if err != nil {
				t.Fatal(err)
			}
			if s := got.T(locale.Vietnamese, "a.hello", "name", "Ánh"); s != c.hello {
				t.Errorf("it says %q, want %q", s, c.hello)
			}
			if s := got.T(locale.Vietnamese, "a.bye"); s != "Tạm biệt" {
				t.Errorf("the other sentence says %q", s)
			}
			if (c.why == "") != (len(refused) == 0) || len(refused) > 0 && (refused[0].File != "text/vi/a.yaml" || !strings.Contains(refused[0].Why.Error(), c.why)) {
				t.Errorf("refused %v, want %q", refused, c.why)
			}
		})
	}
	own := fstest.MapFS{"text/en/a.yaml": {Data: []byte("a.count: \"{n} {n|file|files}\"\n")}}
	got, refused, err := locale.LoadOver(shipped, own)
	if err != nil || len(refused) > 0 || got.T(locale.English, "a.count", "n", 1) != "1 file" {
		t.Errorf("%v %v", refused, err)
	}
}
