package inspect

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Fuzzer makes odd requests: the same seed and number give the same request.
type Fuzzer struct {
	World *World
	Lines []Line
	Seed  uint64
}

// sessionEnders are the routes that would end the session of whoever calls them: they are called without one.
var sessionEnders = []string{"DELETE /api/v1/session", "POST /dang-xuat"}

var (
	oddMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"}
	oddTypes   = []string{"", "application/json", "application/json; charset=latin1", "application/x-www-form-urlencoded", "multipart/form-data; boundary=zz",
		"text/plain", "application/json;;", "\xff\xfe", "multipart/form-data", "application/xml"}
	oddQueries = []string{"q", "cursor", "limit", "agency", "state", "secret", "lang", "year", "as_of", "level", "next", "format", "procedure", "case",
		"term", "received", "field", "online", "parent", "overdue", "status", "code", "from", "to"}
	oddMembers = []string{"procedure", "agency", "applicant", "components", "channel", "case", "name", "positions", "login", "password", "version", "methods",
		"title_vi", "intro_en", "reset", "name_vi", "identifier", "online", "published", "reason", "note", "to", "due", "legal_basis", "phone"}
)

// odd are texts that break careless programs.
func odd(r *rand.Rand) string {
	fixed := []string{"", "0", "-1", "999999999999999999999", "1e400", "NaN", "true", "null", "\x00", "a\x00b", "%", "%zz", "%00", "%2e%2e%2f", "../../etc/passwd",
		"..;/", "'", "' or 1=1 --", "\"><script>alert(1)</script>", "{{.}}", "${7*7}", "\xff\xfe\xfd", "\u202e", "Đà Nẵng", "e\u0301", "🏛", "\u0000", "\ufffd",
		"2026-02-30", "9999-12-31", "0001-01-01", "-infinity", "H17", "H17.18", "1.001193", "a b", "\t\r\n", "\\", "/", "//", ";", "*", "?", "#", "&", "=",
		"eyJ9", "AAAA", "urn:x", "http://evil.example/", "//evil.example", "received", "receive", "admin", "zyk.home", "application/pdf", "csv", "yaml", "1wd", "3.5wd"}
	switch n := r.IntN(20); {
	case n == 0:
		return strings.Repeat(fixed[r.IntN(len(fixed))]+"x", 1+r.IntN(2000))
	case n == 1:
		raw := make([]byte, r.IntN(40))
		for i := range raw {
			raw[i] = byte(r.UintN(256))
		}
		return string(raw)
	}
	return fixed[r.IntN(len(fixed))]
}

// Call makes the request of a number.
func (f *Fuzzer) Call(n int) (Call, Line) {
	r := rand.New(rand.NewPCG(f.Seed, uint64(n))) //nolint:gosec // it is to be repeatable
	l := f.Lines[r.IntN(len(f.Lines))]
	c := Call{By: f.World.People[r.IntN(len(f.World.People))], Method: l.Method, Lang: []string{"vi", "en", ""}[r.IntN(3)], Header: http.Header{}}
	if r.IntN(4) == 0 {
		c.Method = oddMethods[r.IntN(len(oddMethods))]
	}
	if slices.Contains(sessionEnders, c.Method+" "+l.Pattern) {
		c.By = f.World.Person("anonymous")
	}
	c.Path = f.path(r, l)
	c.Type, c.Body = f.body(r, c.Method)
	for range r.IntN(3) {
		name := []string{"If-Match", "Idempotency-Key", "Accept", "Accept-Language", "Cookie", "X-Forwarded-For", "Range", "If-None-Match", "Content-Encoding",
			"Authorization", "Sec-Fetch-Site", "Origin"}[r.IntN(12)]
		value := strings.Map(func(c rune) rune {
			if c < ' ' || c == 0x7f || c == 0xfffd {
				return -1
			}
			return c
		}, odd(r))
		if len(value) < 4000 {
			c.Header.Set(name, value)
		}
	}
	return c, l
}

func (f *Fuzzer) path(r *rand.Rand, l Line) string {
	place := f.World.Places[[]string{Home, Away, Above}[r.IntN(3)]]
	path := l.Pattern
	if x, err := l.Aim(place); err == nil && r.IntN(3) > 0 {
		path = x.Path
	}
	path = paramShape.ReplaceAllStringFunc(path, func(string) string {
		if r.IntN(8) == 0 {
			return "%" + odd(r) // escapes that are none
		}
		return url.PathEscape(odd(r))
	})
	if r.IntN(15) == 0 {
		path += []string{"/", "//", "/..", "%2f", "/x", ".json", "%00", "%ff"}[r.IntN(8)]
	}
	q := url.Values{}
	for range r.IntN(4) {
		q.Add(oddQueries[r.IntN(len(oddQueries))], odd(r))
	}
	query := q.Encode()
	if r.IntN(25) == 0 {
		query += "&" + odd(r)
	}
	if query != "" {
		path += "?" + query
	}
	return strings.Map(func(c rune) rune { // what may not stand in a request line at all is not ours to refuse
		if c <= ' ' || c == 0x7f {
			return '+'
		}
		return c
	}, path)
}

func (f *Fuzzer) body(r *rand.Rand, method string) (kind, body string) {
	if method == "GET" || method == "HEAD" {
		return "", ""
	}
	switch r.IntN(10) {
	case 0:
		return oddTypes[r.IntN(len(oddTypes))], odd(r)
	case 1:
		return "application/json", strings.Repeat("[", 1+r.IntN(5000))
	case 2:
		return "application/json", strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	case 3:
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for range r.IntN(4) {
			_ = m.WriteField(oddMembers[r.IntN(len(oddMembers))], odd(r)) // memory does not refuse
		}
		if part, err := m.CreateFormFile("sheet", []string{"a.csv", "a.yaml", "a.yml", "a.exe", ""}[r.IntN(5)]); err == nil {
			_, _ = part.Write([]byte(odd(r) + "\n" + odd(r)))
		}
		_ = m.Close()
		return m.FormDataContentType(), b.String()
	case 4, 5, 6:
		v := url.Values{}
		for range r.IntN(8) {
			name := oddMembers[r.IntN(len(oddMembers))]
			if r.IntN(3) == 0 {
				name = []string{"applicant.name", "originals.0", "confirm", "once", "store", "direct_terms", "keep", "role", "version", "password", "again", "papers"}[r.IntN(12)]
			}
			v.Add(name, odd(r))
		}
		return "application/x-www-form-urlencoded", v.Encode()
	}
	return "application/json", value(r, 0)
}

// value is JSON that is mostly well-formed.
func value(r *rand.Rand, depth int) string {
	if depth == 0 || depth < 3 && r.IntN(3) == 0 {
		var b strings.Builder
		b.WriteByte('{')
		for i := range r.IntN(6) {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:%s", oddMembers[r.IntN(len(oddMembers))], value(r, depth+1))
		}
		b.WriteByte('}')
		return b.String()
	}
	switch r.IntN(7) {
	case 0:
		return fmt.Sprint(r.Int64() - r.Int64())
	case 1:
		return []string{"null", "true", "false", "1e999", "-0", "01", "[]", "[null]", "{}", "[{}]"}[r.IntN(10)]
	case 2:
		return "[" + value(r, depth+1) + "]"
	}
	return Body(odd(r))
}

// Send sends a fuzzed call: its path goes out as it is, with escapes that no client library would write. A call that
// cannot be sent at all gives an answer with status 0 and no error.
func (f *Fuzzer) Send(c Call) Answer {
	r, err := http.NewRequest(c.Method, f.World.URL, strings.NewReader(c.Body))
	if err != nil {
		return Answer{Call: c}
	}
	path, query, _ := strings.Cut(c.Path, "?")
	r.URL.Opaque, r.URL.RawQuery = "//"+r.URL.Host+path, query
	for name, values := range c.Header {
		r.Header[name] = values
	}
	if c.Type != "" {
		r.Header.Set("Content-Type", strings.ToValidUTF8(c.Type, ""))
	}
	if c.By.Token != "" && r.Header.Get("Authorization") == "" {
		r.Header.Set("Authorization", "Bearer "+c.By.Token)
	}
	if c.Lang != "" {
		r.AddCookie(&http.Cookie{Name: "egov_lang", Value: c.Lang})
	}
	return f.World.send(c, r)
}

// Judge holds an answer to what must hold whatever was asked.
func (f *Fuzzer) Judge(n int, a Answer) []string {
	if a.Status == 0 && a.Err == nil {
		return nil
	}
	if a.Err != nil && a.Status == http.StatusBadRequest && a.Header.Get("X-Request-Id") == "" {
		return nil // no request at all: net/http says so and hangs up before it has read the rest
	}
	var out []string
	if a.Err != nil {
		out = append(out, fmt.Sprintf("no answer: %v", a.Err))
	}
	if a.Status >= 500 {
		out = append(out, "is a failure of ours: "+a.Body)
	}
	if m := a.shows(); m != "" && !strings.Contains(a.Call.Path, m) && !strings.Contains(a.Call.Body, m) {
		out = append(out, fmt.Sprintf("shows the inside: %q", m))
	}
	for _, word := range f.World.Forbidden(a.Call.By) {
		if strings.Contains(strings.ToLower(a.Body), strings.ToLower(word)) {
			out = append(out, "holds the canary "+word)
		}
	}
	for i := range out {
		out[i] = fmt.Sprintf("seed %d request %d: %s (type %q, body %.300q): %s", f.Seed, n, a, a.Call.Type, a.Call.Body, out[i])
	}
	return out
}
