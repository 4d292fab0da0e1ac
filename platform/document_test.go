package platform_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"egovctl/platform/internal/inspect"
)

// openAPI reads the document in a language.
func openAPI(t *testing.T, w *inspect.World, lang string) *inspect.Document {
	t.Helper()
	a := w.Do(inspect.Call{Method: "GET", Path: "/api/v1/openapi.json", Lang: lang})
	d, found := inspect.ReadDocument(a.Body)
	if a.Status != 200 || d == nil || len(found) > 0 {
		t.Fatalf("%s\n%s", a, strings.Join(found, "\n"))
	}
	return d
}

func document(t *testing.T, w *inspect.World, lines []inspect.Line) {
	var found []string
	for _, lang := range []string{"vi", "en"} {
		a := w.Do(inspect.Call{Method: "GET", Path: "/api/v1/openapi.json", Lang: lang})
		found = append(found, w.Sound(a)...)
		found = append(found, keysIn(w, a.Body)...)
		d := openAPI(t, w, lang)
		found = append(found, d.Covers(lines)...)
	}
	report(t, w, found)
}

var summary = regexp.MustCompile(`"(?:summary|description|title)":"([^"]*)"`)

func keysIn(w *inspect.World, body string) []string {
	var out []string
	for _, m := range summary.FindAllStringSubmatch(body, -1) {
		if key := w.Unresolved(m[1]); key != "" {
			out = append(out, "the OpenAPI document shows the message key "+key)
		}
	}
	return out
}

// member is a text in a JSON answer.
func member(t *testing.T, a inspect.Answer, name string) string {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.Body), &v); err != nil {
		t.Fatalf("%s: %v", a, err)
	}
	s, ok := v[name].(string)
	if !ok {
		t.Fatalf("%s has no %s", a, name)
	}
	return s
}

// cookie is the session that an answer starts.
func cookie(a inspect.Answer) string {
	res := http.Response{Header: a.Header}
	for _, c := range res.Cookies() {
		if c.Name == "egov_session" {
			return c.Value
		}
	}
	return ""
}

// refusal is what an answer says is wrong.
func refusal(a inspect.Answer) string {
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		return a.Body
	}
	var out []string
	for _, e := range inspect.Parse(a.Body).Elements {
		if c := e.Attr["class"]; c == "field-error" || c == "lead" || c == "cure" || e.Name == "h1" {
			out = append(out, e.Text)
		}
	}
	return fmt.Sprint(out)
}
