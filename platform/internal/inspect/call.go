package inspect

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"egovctl/platform/web"
)

// Call is one request; the zero values leave things out.
type Call struct {
	By     *Person
	Token  string // instead of By's
	Cookie bool   // the token goes as a browser's cookie
	Method string
	Path   string // with its query
	Lang   string // vi, en
	Type   string
	Body   string
	Key    string // Idempotency-Key
	Header http.Header
}

// Answer is what came back; Err is the transport's.
type Answer struct {
	Call   Call
	Status int
	Header http.Header
	Body   string
	Err    error
}

// Do sends a call over HTTP.
func (w *World) Do(c Call) Answer {
	r, err := http.NewRequest(c.Method, w.URL+c.Path, strings.NewReader(c.Body))
	if err != nil {
		return Answer{Call: c, Err: err}
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if c.Type != "" {
		r.Header.Set("Content-Type", c.Type)
	}
	if c.Key != "" {
		r.Header.Set("Idempotency-Key", c.Key)
	}
	if c.Lang != "" {
		r.AddCookie(&http.Cookie{Name: "egov_lang", Value: c.Lang})
	}
	token := c.Token
	if token == "" && c.By != nil {
		token = c.By.Token
	}
	switch {
	case token != "" && c.Cookie:
		r.AddCookie(&http.Cookie{Name: "egov_session", Value: token})
	case token != "":
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return w.send(c, r)
}

func (w *World) send(c Call, r *http.Request) Answer {
	res, err := w.client.Do(r)
	if err != nil {
		return Answer{Call: c, Err: err}
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	body, err := io.ReadAll(res.Body)
	return Answer{Call: c, Status: res.StatusCode, Header: res.Header, Body: string(body), Err: err}
}

// String names the call for a finding.
func (a Answer) String() string {
	by := "nobody"
	if a.Call.By != nil {
		by = a.Call.By.Key
	}
	path := a.Call.Path
	if len(path) > 160 {
		path = path[:160] + "..."
	}
	return fmt.Sprintf("%s %s as %s: %d", a.Call.Method, path, by, a.Status)
}

// kind is the media type of the answer.
func (a Answer) kind() string {
	k, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	return k
}

// inside are words that only the inside of the program uses: none of them belongs into an answer.
var inside = []string{"goroutine ", "runtime error", "panic:", "_test.go", ".go:", "SQLSTATE", "pgx", "pgconn", "no rows in result", "egovctl/", "html/template",
	"&lt;nil&gt;", "<nil>", "%!", "map[", "strconv.", "json: ", "invalid character", "unexpected EOF", "mime: ", "multipart: ", "http: ", "dial tcp",
	"context canceled", "context deadline", "syntax error at", "violates ", `relation \"`, "ZgotmplZ"}

// shows finds a word of the inside in an answer that people or programs read.
func (a Answer) shows() string {
	if !strings.HasPrefix(a.kind(), "text/html") && !strings.Contains(a.kind(), "json") {
		return ""
	}
	for _, word := range inside {
		if strings.Contains(a.Body, word) {
			return word
		}
	}
	return ""
}

// Sound holds an answer to what holds for every answer: it came, it is no failure of ours, it shows nothing of the
// inside, it carries the security headers, a refusal of the API is a whole problem document in the language asked for,
// and no text in it is a message key.
func (w *World) Sound(a Answer) []string {
	if a.Err != nil {
		return []string{fmt.Sprintf("%s %s: no answer: %v", a.Call.Method, a.Call.Path, a.Err)}
	}
	var out []string
	say := func(format string, args ...any) { out = append(out, a.String()+" "+fmt.Sprintf(format, args...)) }
	if a.Status >= 500 {
		say("is a failure of ours")
	}
	text := strings.HasPrefix(a.kind(), "text/html") || strings.Contains(a.kind(), "json")
	if m := a.shows(); m != "" {
		say("shows the inside: %q", m)
	}
	for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "X-Request-Id", "Cache-Control"} {
		if a.Header.Get(h) == "" {
			say("has no header %s", h)
		}
	}
	if key := w.key(a); text && key != "" {
		say("shows the message key %s", key)
	}
	if a.Status >= 400 && a.Call.Method != http.MethodHead && (strings.HasPrefix(a.Call.Path, "/api/") || strings.Contains(a.kind(), "json")) {
		out = append(out, a.problem()...)
	}
	return out
}

// problem looks whether a refusal is a problem document (RFC 9457) with everything that ours have.
func (a Answer) problem() []string {
	var p web.Problem
	switch err := json.Unmarshal([]byte(a.Body), &p); {
	case a.kind() != "application/problem+json":
		return []string{a.String() + " refuses as " + a.kind()}
	case err != nil, p.Title == "", p.Detail == "", p.Code == "", p.Status != a.Status, !strings.HasPrefix(p.Type, "urn:egov:problem:"), p.Instance == "":
		return []string{a.String() + " is not a whole problem document: " + a.Body}
	}
	if want := a.Call.Lang; want != "" && a.Header.Get("Content-Language") != want {
		return []string{a.String() + " is in " + a.Header.Get("Content-Language") + ", asked was " + want}
	}
	return nil
}
