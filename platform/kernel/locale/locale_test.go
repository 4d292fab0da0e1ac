package locale_test

import (
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"egovctl/platform/kernel/clock"
	"egovctl/platform/kernel/fault"
	"egovctl/platform/kernel/locale"
)

func catalog(t *testing.T, files map[string]string) (*locale.Catalog, error) {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return locale.Load(root)
}

func TestSentences(t *testing.T) {
	c, err := catalog(t, map[string]string{
		"text/vi/a.yaml": "hello: Chào {name}\nonly: Chỉ có ở đây\ninternal: Lỗi\nport: Cổng {port}\nport.cure: Đổi {port}\n",
		"text/en/a.yaml": "nested:\n  deep: Found\nhello: Hello {name}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ got, want string }{
		"a hole is filled":                           {c.T(locale.Vietnamese, "hello", "name", "Ánh"), "Chào Ánh"},
		"what fills a hole is not filled again":      {c.T(locale.English, "hello", "name", "{name}"), "Hello {name}"},
		"a hole that nothing fills is seen":          {c.T(locale.English, "hello"), "Hello {name}"},
		"a name without a value is left out":         {c.T(locale.English, "hello", "name"), "Hello {name}"},
		"keys may be nested":                         {c.T(locale.English, "nested.deep"), "Found"},
		"without an English sentence the Vietnamese": {c.T(locale.English, "only"), "Chỉ có ở đây"},
		"without any the key":                        {c.T(locale.Vietnamese, "no.such"), "no.such"},
	} {
		if x.got != x.want {
			t.Errorf("%s: %q, not %q", name, x.got, x.want)
		}
	}
	for name, x := range map[string]struct {
		err           error
		message, cure string
	}{
		"a fault with a cure":         {fault.New(fault.Finding, "port", "port", 80), "Cổng 80", "Đổi 80"},
		"a fault without":             {fault.New(fault.Finding, "only"), "Chỉ có ở đây", ""},
		"an error whose text is ours": {errors.New("dial tcp"), "Lỗi", ""},
	} {
		if message, cure := c.Fault(locale.Vietnamese, x.err); message != x.message || cure != x.cure {
			t.Errorf("%s: %q, %q", name, message, cure)
		}
	}
}

func TestAKeyGivenTwiceIsRefused(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"in one file":       {"text/vi/a.yaml": "x: Một\nx: Hai\n"},
		"in two files":      {"text/vi/a.yaml": "x: Một\n", "text/vi/b.yaml": "x: Hai\n"},
		"flat and nested":   {"text/vi/a.yaml": "x.y: Một\n", "text/vi/b.yaml": "x:\n  y: Hai\n"},
		"what no YAML says": {"text/vi/a.yaml": "x: [\n"},
	} {
		if _, err := catalog(t, files); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestDatesAreWrittenAsTheStateWritesThem(t *testing.T) {
	evening := time.Date(2026, time.February, 4, 18, 5, 0, 0, time.UTC) // already the fifth in Việt Nam
	november := clock.Date(2026, time.November, 22)
	for want, got := range map[string]string{
		"05/02/2026":                locale.Date(evening),
		"05/02/2026 01:05":          locale.DateTime(evening),
		"ngày 05 tháng 02 năm 2026": locale.LongDate(locale.Vietnamese, evening),
		"ngày 22 tháng 11 năm 2026": locale.LongDate(locale.Vietnamese, november),
		"ngày 01 tháng 3 năm 2026":  locale.LongDate(locale.Vietnamese, clock.Date(2026, time.March, 1)),
		"5 February 2026":           locale.LongDate(locale.English, evening),
		"22/11/2026":                locale.Date(november),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
	for name, ok := range map[string]bool{"vi": true, "en": true, "": false, "VI": false, "fr": false} {
		if l, err := locale.ParseLang(name); (err == nil) != ok || ok && string(l) != name {
			t.Errorf("%q is language %q, %v", name, l, err)
		}
	}
}
