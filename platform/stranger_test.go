package platform_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"egovctl/platform/internal/inspect"
)

// request is one cell of the matrix: a line of the access table, who asks, and for what.
type request struct {
	line    inspect.Line
	by      *inspect.Person
	target  inspect.Target
	verdict inspect.Verdict
}

// matrix is every route, by everybody, for the things of each place that its pattern can name.
func matrix(t *testing.T, w *inspect.World, lines []inspect.Line) []request {
	t.Helper()
	var out []request
	for _, l := range lines {
		seen := map[string]bool{}
		for _, key := range []string{inspect.Home, inspect.Away, inspect.Above} {
			x, err := l.Aim(w.Places[key])
			if err != nil {
				t.Fatal(err)
			}
			if seen[x.Path] {
				continue
			}
			seen[x.Path] = true
			for _, p := range w.People {
				out = append(out, request{l, p, x, w.Verdict(l, p, x)})
			}
		}
	}
	return out
}

func lang(i int) string { return []string{"vi", "en"}[i%2] }

// strangers sends every request that the table refuses, writes with a body that would be accepted from others, and
// compares the content of every table before and after.
func strangers(t *testing.T, w *inspect.World, lines []inspect.Line) {
	conflicts(w)
	before, err := w.Fingerprint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var todo []request
	for _, r := range matrix(t, w, lines) {
		if r.verdict != inspect.Allowed {
			todo = append(todo, r, r) // in both languages
		}
	}
	found := inspect.Crowd(len(todo), func(i int) []string {
		r := todo[i]
		c := inspect.Call{By: r.by, Method: r.line.Method, Path: r.target.Path, Lang: lang(i)}
		if r.line.Writes() {
			c.Type, c.Body = accepted(w, r.line, r.target.Place)
		}
		return judge(w, r, w.Do(c))
	})
	after, err := w.Fingerprint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		found = append(found, "refused requests changed tables (-before +after):\n"+d)
	}
	t.Logf("%d refusals", len(todo))
	report(t, w, found)
}

func judge(w *inspect.World, r request, a inspect.Answer) []string {
	found := append(w.Sound(a), w.Leaks(r.by, r.target, a)...)
	if f := r.verdict.Fits(r.line, a); f != "" {
		found = append(found, f)
	}
	return found
}

// served sends every request that the table allows: reads are answered, and writes with a body that nobody can mean get
// as far as their body. A write that takes no body has its turn in the table of writes.
func served(t *testing.T, w *inspect.World, lines []inspect.Line) {
	var todo []request
	for _, r := range matrix(t, w, lines) {
		if r.verdict == inspect.Allowed && !bodyless[r.line.Route()] {
			todo = append(todo, r)
		}
	}
	doc := openAPI(t, w, "vi")
	answers := make([]inspect.Answer, len(todo))
	found := inspect.Crowd(len(todo), func(i int) []string {
		r := todo[i]
		c := inspect.Call{By: r.by, Method: r.line.Method, Path: r.target.Path + needed[r.line.Route()], Lang: lang(i)}
		if r.line.Writes() {
			c.Type, c.Body = "text/plain", "x"
		}
		a := w.Do(c)
		if strings.HasPrefix(r.line.Pattern, "/api/") {
			answers[i] = a
		}
		return judge(w, r, a)
	})
	typed := 0
	for i, a := range answers {
		if a.Status != 0 {
			typed++
			found = append(found, doc.Holds(todo[i].line, a)...)
		}
	}
	t.Logf("%d requests, %d answers compared with the OpenAPI document", len(todo), typed)
	report(t, w, found)
}

// needed are query parameters without which a page has nothing to say.
var needed = map[string]string{
	"GET /quan-tri/thu-tuc/tai-ve":         "?format=csv",
	"GET /api/v1/deadlines/preview":        "?from=2026-03-09T09:00:00%2B07:00&term=5wd",
	"GET /ho-so/{code}/giay-tiep-nhan.pdf": "",
}
