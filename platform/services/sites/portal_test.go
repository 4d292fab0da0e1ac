package sites_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestEverySiteOfTheReferenceAnswersInBothLanguages(t *testing.T) {
	in := open(t)
	byLevel := map[string]int{}
	for _, a := range in.set.Agencies {
		if !a.Site {
			continue
		}
		byLevel[string(a.Level)+" "+a.Kind]++
		for _, tail := range []string{"", "/co-cau", "/thu-tuc"} {
			for lang, name := range map[string]string{"vi": a.NameVI, "en": a.NameEN} {
				w := in.ask("GET", "/co-quan/"+a.Slug+tail+"?lang="+lang, "", "", "")
				body := w.Body.String()
				if w.Code != 200 || !strings.Contains(body, escaped(name)) || !strings.Contains(body, `<html lang="`+lang+`">`) {
					t.Fatalf("%s%s in %s: status %d, name %q", a.Slug, tail, lang, w.Code, name)
				}
			}
		}
	}
	// The press of 2014: the city's portal with sites of 24 departments, 8 districts and 33 wards and communes;
	// the city's committee has one beside them.
	want := map[string]int{"province people_committee": 1, "province department": 24, "district people_committee": 8, "commune people_committee": 33}
	if !maps.Equal(byLevel, want) {
		t.Errorf("sites by level and kind: %v, want %v", byLevel, want)
	}
}

func escaped(s string) string { return strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace(s) }

var (
	h1s   = regexp.MustCompile(`<h1[ >]`)
	hrefs = regexp.MustCompile(`(?:href|src|action)="(/[^"]*)"`)
	keys  = regexp.MustCompile(`\b(sites|web|kernel)\.[a-z_]+(\.[a-z_]+)*\b`)
	ids   = regexp.MustCompile(` id="([^"]*)"`)
)

func TestPagesReadWell(t *testing.T) {
	in := open(t)
	slug := in.ward(0).Slug
	for _, target := range []string{"/", "/co-quan", "/co-quan/" + slug, "/co-quan/" + slug + "/co-cau", "/co-quan/" + slug + "/thu-tuc",
		"/gioi-thieu", "/tro-nang", "/so-do", "/can-bo", "/can-bo/trang", "/can-bo/trang/" + slug, "/none"} {
		for _, lang := range []string{"vi", "en"} {
			w := in.ask("GET", target+"?lang="+lang, "editor", "", "")
			body := w.Body.String()
			if n := len(h1s.FindAllString(body, -1)); n != 1 {
				t.Errorf("%s in %s has %d h1", target, lang, n)
			}
			if found := keys.FindString(body); found != "" {
				t.Errorf("%s in %s shows the key %s", target, lang, found)
			}
			for _, not := range []string{" style=", "<style", "<script", "onclick", "<no value>", "ZgotmplZ", "{{"} {
				if strings.Contains(body, not) {
					t.Errorf("%s in %s holds %q", target, lang, not)
				}
			}
			seen := map[string]bool{}
			for _, m := range ids.FindAllStringSubmatch(body, -1) {
				if seen[m[1]] {
					t.Errorf("%s: the id %q is there twice", target, m[1])
				}
				seen[m[1]] = true
			}
		}
	}
}

// Addresses of other offices, which are not served in this test.
var elsewhere = []string{"/thu-tuc", "/tra-cuu", "/dang-nhap", "/dang-xuat"}

func TestNoLinkLeadsNowhere(t *testing.T) {
	in := open(t)
	todo, seen := []string{"/"}, map[string]bool{"/": true}
	for len(todo) > 0 && len(seen) < 400 {
		target := todo[0]
		todo = todo[1:]
		w := in.ask("GET", target, "", "", "")
		if w.Code != 200 {
			t.Errorf("%s: status %d", target, w.Code)
		}
		if !strings.Contains(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range hrefs.FindAllStringSubmatch(w.Body.String(), -1) {
			next, _, _ := strings.Cut(strings.ReplaceAll(m[1], "&amp;", "&"), "#")
			path, _, _ := strings.Cut(next, "?")
			away := false
			for _, other := range elsewhere {
				away = away || path == other || strings.HasPrefix(path, other+"/")
			}
			if !away && !seen[next] && !strings.Contains(next, "lang=") {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	if len(seen) < 150 {
		t.Errorf("only %d addresses were met", len(seen))
	}
}

func TestSearchWithinASiteDoesNotMindAccents(t *testing.T) {
	in := open(t)
	slug := in.ward(0).Slug
	w := in.ask("GET", "/co-quan/"+slug+"/thu-tuc?q="+url.QueryEscape("dang ky khai sinh"), "", "", "")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "khai sinh</a>") {
		t.Errorf("status %d, no birth registration in\n%s", w.Code, w.Body)
	}
	if w := in.ask("GET", "/co-quan/"+slug+"/thu-tuc?q=zzzz", "", "", ""); !strings.Contains(w.Body.String(), "/thu-tuc?q=zzzz") {
		t.Errorf("an empty search shows no way on:\n%s", w.Body)
	}
}

func TestAListIsPagedToItsEnd(t *testing.T) {
	in := open(t)
	target, seen, pages := "/co-quan/"+in.ward(0).Slug+"/thu-tuc", map[string]bool{}, 0
	next := regexp.MustCompile(`<a class="button button-quiet" href="([^"]*)" rel="next"`)
	code := regexp.MustCompile(`<span class="code">(\d\.\d{6})</span>`)
	for target != "" && pages < 50 {
		pages++
		body := in.ask("GET", target, "", "", "").Body.String()
		for _, m := range code.FindAllStringSubmatch(body, -1) {
			if seen[m[1]] {
				t.Fatalf("%s is shown twice", m[1])
			}
			seen[m[1]] = true
		}
		target = ""
		if m := next.FindStringSubmatch(body); m != nil {
			target = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	offered, _ := records{in.set}.OfferedBy(t.Context(), nil, in.ward(0).ID)
	if len(seen) != len(offered) || pages < 2 {
		t.Errorf("%d procedures on %d pages, want %d", len(seen), pages, len(offered))
	}
}

func TestAPIOfSites(t *testing.T) {
	in := open(t)
	target, n := "/api/v1/sites?limit=20", 0
	for target != "" {
		var page struct {
			Items []struct {
				Slug, Path string
				TitleVI    string `json:"title_vi"`
			}
			Next *string
		}
		if err := json.Unmarshal(in.ask("GET", target, "", "", "").Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		n += len(page.Items)
		target = ""
		if page.Next != nil {
			target = "/api/v1/sites?limit=20&cursor=" + *page.Next
		}
	}
	if n != 66 {
		t.Errorf("%d sites, want 66", n)
	}
	if w := in.ask("GET", "/api/v1/sites/none", "", "", ""); w.Code != 404 || !strings.Contains(w.Body.String(), "sites.unknown") {
		t.Errorf("an unknown site: %d %s", w.Code, w.Body)
	}
}
