package platform_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

// twins plants a fault for each rule and looks whether the rule sees it: an inspection that finds nothing proves nothing.
func twins(t *testing.T, w *inspect.World, lines []inspect.Line) {
	w.DB.Exec(`create table onestop.twin (agency_id int not null, word text not null)`)
	w.DB.Exec(`grant select on onestop.twin to egov_app`)
	w.DB.Exec(`insert into onestop.twin values ($1, $2)`, w.Places[inspect.Home].ID, w.Places[inspect.Home].Canaries[0])
	defer w.DB.Exec(`drop table onestop.twin`)
	ctx := context.Background()
	all, err := w.Tables(ctx)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(x inspect.Table) bool { return x.Name == "onestop.twin" })
	if i < 0 || all[i].Secured {
		t.Fatal("a new table is not looked at")
	}
	found, err := w.Wall(ctx, all, all[i], inspect.Exception{}, w.Person("clerk@away"))
	if err != nil || len(found) != 2 {
		t.Errorf("rows of another agency, one with a canary: %v (%v)", found, err)
	}
	own, err := w.Wall(ctx, all, all[i], inspect.Exception{}, w.Person("clerk@home"))
	if err != nil || len(own) != 0 {
		t.Errorf("rows of the own agency: %v (%v)", own, err)
	}

	// a table of access that says otherwise than the code
	open, _ := lineOf(lines, "GET /api/v1/agencies")
	open.Who = "admin"
	x, err := open.Aim(w.Places[inspect.Home])
	if err != nil {
		t.Fatal(err)
	}
	a := w.Do(inspect.Call{By: w.Person("clerk@home"), Method: "GET", Path: x.Path})
	if v := w.Verdict(open, w.Person("clerk@home"), x); v != inspect.Refused || v.Fits(open, a) == "" {
		t.Errorf("a route that is open against the table: %s, %q", v, v.Fits(open, a))
	}
	if _, err := (inspect.Line{Pattern: "/moi/{unknown}"}).Aim(w.Places[inspect.Home]); err == nil {
		t.Error("a parameter that nobody has described is filled with something")
	}

	// answers that show what they must not
	for name, body := range map[string]string{
		"the inside": "<p>open x.go:12: dial tcp</p>", "a message key": "<p>onestop.file.title</p>", "an unfilled placeholder": "<p>{name}</p>"} {
		bad := a
		bad.Body = body
		bad.Header = a.Header.Clone()
		bad.Header.Set("Content-Type", "text/html; charset=utf-8")
		if len(w.Sound(bad)) == 0 {
			t.Errorf("%s in an answer is not seen", name)
		}
	}
	leak := a
	leak.Body = strings.ToUpper(w.Places[inspect.Away].Canaries[0])
	if len(w.Leaks(w.Person("clerk@home"), inspect.Target{}, leak)) == 0 {
		t.Error("a canary is not seen")
	}
	stray := a
	stray.Body = `{"items":[],"next":null,"stray":1}`
	if len(openAPI(t, w, "vi").Holds(open, stray)) == 0 {
		t.Error("a member that the OpenAPI document does not know is not seen")
	}
	badPage(t)
}

func badPage(t *testing.T) {
	const good = `<html lang="vi"><head><title>A · B</title></head><body><main><h1>A</h1><label for="x">X</label><input id="x" name="x">` +
		`<label>Y <input name="y"></label><a href="/">Z</a></main></body></html>`
	if found := inspect.PageRules(inspect.Parse(good), "vi"); len(found) > 0 {
		t.Errorf("a page with nothing wrong: %v", found)
	}
	for old, bad := range map[string]string{
		`lang="vi"`: `lang="en"`, "<h1>A</h1>": "", "</h1>": "</h1><h1>B</h1>", `for="x"`: `for="z"`, `id="x"`: `id="x" style="color:red"`,
		"</main>": "<script>x()</script></main>", "Z</a>": "</a>", "<title>A": "<title>", `<a href="/">`: `<a href="/" onclick="x()">`} {
		if len(inspect.PageRules(inspect.Parse(strings.Replace(good, old, bad, 1)), "vi")) == 0 {
			t.Errorf("%s in the place of %s is not seen", bad, old)
		}
	}
}
