package agencies_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/kernel/locale"
	"egovctl/templates"
)

func TestUnitsPage(t *testing.T) {
	o := open(t, "48")
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/don-vi-hanh-chinh", 200, "Phường Hải Châu"},
		{"/don-vi-hanh-chinh?as_of=2025-06-30&q=thach+thang", 200, "nay là"},
		{"/don-vi-hanh-chinh?as_of=2025-06-30", 200, "Huyện Hòa Vang"},
		{"/don-vi-hanh-chinh?as_of=1500-01-01", 400, "30/06/2025"},
		{"/don-vi-hanh-chinh?lang=en", 200, "Administrative units in force on 22/11/2026"},
	} {
		w := o.get(c.path, nil)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.has) || strings.Count(w.Body.String(), "<h1") != 1 {
			t.Errorf("%s: %d, without %q\n%.600s", c.path, w.Code, c.has, w.Body)
		}
	}
}

func TestSentencesAreThereInBothLanguages(t *testing.T) {
	texts, err := locale.Load(templates.FS)
	if err != nil {
		t.Fatal(err)
	}
	own := func(l locale.Lang) (keys []string) {
		for _, k := range texts.Keys(l) {
			if strings.HasPrefix(k, "agencies.") {
				keys = append(keys, k)
			}
		}
		return keys
	}
	if d := cmp.Diff(own(locale.Vietnamese), own(locale.English)); d != "" {
		t.Error(d)
	}
}
