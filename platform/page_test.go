package platform_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

// How far and how wide the crawl goes: from a start page over three links, with at most so many pages of one shape
// (a thousand procedures have one page between them) for each reader.
const (
	depth     = 3
	alike     = 4
	mostOfOne = 260
)

// crawl follows the links of every reader, in both languages, from the pages on which each begins.
func crawl(t *testing.T, w *inspect.World, lines []inspect.Line) {
	pages := map[string]bool{}
	links := 0
	type walk struct {
		p    *inspect.Person
		lang string
	}
	var walks []walk
	for _, p := range w.People {
		if p.Place == inspect.Above && p.Role == "clerk" || p.Place == inspect.Away && p.Role != "clerk" {
			continue // their pages are those of the same role at home
		}
		walks = append(walks, walk{p, "vi"}, walk{p, "en"})
	}
	results := make([][]inspect.Answer, len(walks))
	found := inspect.Crowd(len(walks), func(i int) []string {
		got, out := follow(w, walks[i].p, walks[i].lang)
		results[i] = got
		return out
	})
	for _, got := range results {
		links += len(got)
		for _, a := range got {
			if l, ok := match(lines, a.Call.Path); ok && a.Status == 200 {
				pages[l.Route()] = true
			}
		}
	}
	for _, l := range lines {
		if l.Method == "GET" && !strings.HasPrefix(l.Pattern, "/api/") && !pages[l.Route()] && unlinked[l.Route()] == "" {
			found = append(found, l.Route()+" is linked from nowhere that anybody reads")
		}
	}
	t.Logf("%d pages read by %d readers, %d shapes of page", links, len(walks), len(pages))
	report(t, w, found)
}

// unlinked are pages to which no link of the portal leads, and why.
var unlinked = map[string]string{
	"GET /thiet-lap/{token}": "its link is handed over once, by a person",
}

// match finds the line of the table for an address: the one with the fewest parameters.
func match(lines []inspect.Line, address string) (inspect.Line, bool) {
	address, _, _ = strings.Cut(address, "?")
	want := strings.Split(address, "/")
	var best inspect.Line
	ok := false
	for _, l := range lines {
		have := strings.Split(l.Pattern, "/")
		if l.Method != "GET" || len(have) != len(want) {
			continue
		}
		fits := true
		for i := range have {
			fits = fits && (have[i] == want[i] || strings.HasPrefix(have[i], "{"))
		}
		if fits && (!ok || strings.Count(l.Pattern, "{") < strings.Count(best.Pattern, "{")) {
			best, ok = l, true
		}
	}
	return best, ok
}

// follow reads pages as one person in one language.
func follow(w *inspect.World, p *inspect.Person, lang string) (read []inspect.Answer, found []string) {
	type step struct {
		path, from string
		depth      int
	}
	todo := []step{{"/", "", 0}, {"/thu-tuc?q=xay+dung", "", 0}, {"/so-do", "", 0}}
	if p.SignedIn() {
		todo = append(todo, step{"/tai-khoan", "", 0})
	}
	if p.Citizen() || !p.SignedIn() {
		todo = append(todo, step{"/tra-cuu/" + w.Places[inspect.Home].Dossier, "", 0}, step{"/nop-ho-so/" + w.Places[inspect.Home].Procedure, "", 0})
	} else {
		todo = append(todo, step{"/can-bo", "", 0})
	}
	seen, shapes := map[string]bool{}, map[string]int{}
	for len(todo) > 0 && len(read) < mostOfOne {
		s := todo[0]
		todo = todo[1:]
		if seen[s.path] || strings.Contains(s.path, "lang=") {
			continue
		}
		seen[s.path] = true
		if shape := shapeOf(s.path); s.depth > 0 {
			if shapes[shape]++; shapes[shape] > alike {
				continue
			}
		}
		a := w.Do(inspect.Call{By: p, Method: "GET", Path: s.path, Lang: lang})
		kept := a
		kept.Body = "" // a thousand pages are much to hold
		read = append(read, kept)
		found = append(found, w.Sound(a)...)
		found = append(found, w.Leaks(p, inspect.Target{}, a)...)
		toSignIn := !p.SignedIn() && a.Status == 303 && strings.HasPrefix(a.Header.Get("Location"), "/dang-nhap?")
		if a.Status != 200 && !toSignIn && !(a.Status == 303 && s.path == "/dang-nhap") {
			found = append(found, fmt.Sprintf("%s, linked from %s", a, s.from))
			continue
		}
		if a.Status == 303 {
			todo = append(todo, step{a.Header.Get("Location"), s.path, s.depth})
			continue
		}
		if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			continue
		}
		page := inspect.Parse(a.Body)
		for _, f := range inspect.PageRules(page, lang) {
			found = append(found, fmt.Sprintf("%s in %s %s", a, lang, f))
		}
		if s.depth < depth {
			for _, href := range inspect.Links(page) {
				todo = append(todo, step{resolve(s.path, href), s.path, s.depth + 1})
			}
		}
	}
	return read, found
}

// resolve makes the address of a link on a page.
func resolve(page, href string) string {
	base, err := url.Parse(page)
	if err != nil {
		return href
	}
	u, err := base.Parse(href)
	if err != nil {
		return href
	}
	return u.RequestURI()
}

// shapeOf is an address without what tells one thing from another: codes, names and what was asked for.
func shapeOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, s := range parts {
		if i > 1 && (strings.ContainsAny(s, "0123456789.") || parts[1] == "co-quan" && i == 2 || parts[1] == "can-bo" && i == 3 || parts[1] == "assets") {
			parts[i] = "*"
		}
	}
	v, _ := url.ParseQuery(query) // what does not parse has no names
	for name := range v {
		parts = append(parts, name)
		break
	}
	return strings.Join(parts, "/")
}
