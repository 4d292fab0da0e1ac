package house_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// Every message stands in both languages, with the same holes, in NFC, and no sentence shouts.
func TestMessagesAreCompleteInBothLanguages(t *testing.T) {
	c, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	vi, en := c.Keys(locale.Vietnamese), c.Keys(locale.English)
	if len(vi) < 50 {
		t.Fatalf("only %d messages found", len(vi))
	}
	for _, k := range vi {
		if !c.Has(locale.English, k) {
			t.Errorf("%s has no English sentence", k)
		}
	}
	for _, k := range en {
		if !c.Has(locale.Vietnamese, k) {
			t.Errorf("%s has no Vietnamese sentence", k)
			continue
		}
		a, b := c.T(locale.Vietnamese, k), c.T(locale.English, k)
		if !slices.Equal(holes(a), holes(b)) {
			t.Errorf("%s: the holes differ: %v and %v", k, holes(a), holes(b))
		}
		for _, s := range []string{a, b} {
			if s == "" || s != norm.NFC.String(s) || strings.HasSuffix(s, "!") {
				t.Errorf("%s: empty, not NFC, or an exclamation: %q", k, s)
			}
		}
	}
}

func holes(s string) []string {
	h := hole.FindAllString(s, -1)
	slices.Sort(h)
	return slices.Compact(h)
}
