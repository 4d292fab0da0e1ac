package locale_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

func TestOneIsNotMany(t *testing.T) {
	c, err := catalog(t, map[string]string{
		"text/en/x.yaml": `x: "There {n|is|are} {n} {n|place|places} | {m} {m|line|lines} | {n|a|b|c} {n|a}"`})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []struct{ n, m, want string }{
		{"1", "0", "There is 1 place | 0 lines | {n|a|b|c} {n|a}"},
		{"2", "1", "There are 2 places | 1 line | {n|a|b|c} {n|a}"},
		{"1.000", "3.5", "There are 1.000 places | 3.5 lines | {n|a|b|c} {n|a}"},
		{"{m|a|b}", "1", "There are {m|a|b} places | 1 line | {n|a|b|c} {n|a}"},
	} {
		if got := c.T(locale.English, "x", "n", w.n, "m", w.m); got != w.want {
			t.Errorf("%s and %s: %q, want %q", w.n, w.m, got, w.want)
		}
	}
}

// A number that is given at run time may be 1: the word behind it must be able to say so.
func TestEnglishSentencesCanCountOne(t *testing.T) {
	many := regexp.MustCompile(`\{(n|count|days|length|minutes|seconds|amount|cells|columns|units|agencies|procedures|all|total)\} ((more|working|administrative) )?[a-z]+s\b|\(s\)`)
	forms := regexp.MustCompile(`\{[a-z_]+\|[^{}]*\}`)
	others := regexp.MustCompile(`\{[a-z]+\} (is|has|was|bytes)\b`)
	files, err := fs.Glob(templates.FS, "text/en/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	c, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Keys(locale.English) {
		if s := c.T(locale.English, k); many.MatchString(others.ReplaceAllString(s, "")) {
			t.Errorf("%s: %q is wrong for 1: write {n|place|places}", k, s)
		}
		for _, form := range forms.FindAllString(c.T(locale.English, k), -1) {
			if strings.Count(form, "|") != 2 {
				t.Errorf("%s: %s is shown as it stands: write {n|place|places}", k, form)
			}
		}
	}
}
